"""A second inference worker, as another machine would run it: it takes its part of the runs, and takes over."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from quarry.embedded import Place

from tests.embedded.running import REPOSITORY, environment
from tests.fixtures.product import Product, models, wait_for

pytestmark = pytest.mark.model
FACT = b"The intake filter of the QX-2100 is replaced every 750 operating hours."


def worker_environment(product: Product, home: Path) -> dict[str, str]:
    addresses = Place.of(product.running.home).addresses
    urls = {"DATABASE_URL": addresses.database, "REDIS_URL": addresses.redis}
    return environment(home, QUARRY_MODELS=str(models()), **urls)


@pytest.fixture
def second(product: Product, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`manage.py worker` with a data folder of its own."""
    command = [sys.executable, str(REPOSITORY / "manage.py"), "worker"]
    output = tmp_path / "worker.out"
    with output.open("wb") as file:
        process = subprocess.Popen(
            command, env=worker_environment(product, tmp_path / "home"), stdout=file, stderr=subprocess.STDOUT
        )
    wait_for(lambda: len(workers(product)) == 2, 90, output.read_text)
    yield process
    process.send_signal(signal.SIGTERM)
    process.wait(40)


def workers(product: Product) -> set[str]:
    """Process ids of the workers that hold a model."""
    lines = product.api.get(product.url + "/metrics").text.splitlines()
    return {line.split(":")[-1].split('"')[0] for line in lines if line.startswith("quarry_model_jobs_total")}


def test_runs_go_on_in_the_other_worker(product: Product, second: subprocess.Popen[bytes]) -> None:
    collection = product.collection("More workers")
    product.settled(product.upload(collection, "filter.txt", FACT))
    runs = [product.ask(collection, f"How often is the intake filter of the QX-2100 replaced? ({n})") for n in range(4)]
    first = product.running.child("-Q inference")
    wait_for(lambda: product.api.get(f"/runs/{runs[0]}").json()["status"] != "queued", 60, lambda: "never ran")
    os.kill(first, signal.SIGKILL)
    for run in runs:
        ended = product.ended(run, 180)
        assert ended["status"] == "completed", ended
        assert "750" in ended["answer"]
    product.ready()


def test_without_addresses_it_says_what_is_missing(tmp_path: Path) -> None:
    command = [sys.executable, str(REPOSITORY / "manage.py"), "worker"]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "DATABASE_URL and REDIS_URL must say where" in done.stderr
    assert "Traceback" not in done.stderr
