"""What every test stands on: PostgreSQL and Valkey of its own for each test run, in a temporary folder."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from quarry.embedded import Place, Postgres, Valkey
from quarry.embedded.testing import use_temporary_home

pytest_plugins = [
    "tests.fixtures.tidying",
    "tests.fixtures.people",
    "tests.fixtures.product",
    "tests.fixtures.runs",
]
if place := os.environ.get("PYTEST_XDIST_WORKER"):
    # Each of several processes keeps to cores of its own: models on the same ones take four times as long.
    cores, count = sorted(os.sched_getaffinity(0)), int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    os.sched_setaffinity(0, cores[int(place.removeprefix("gw")) :: count] or cores)
HOME = use_temporary_home()  # tests.settings has done so already, unless Django is switched off
# Tests need no power cut to be survived.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


@pytest.fixture(scope="session", autouse=True)
def services() -> Iterator[Place]:
    """Starts the services before the first test and stops them after the last, also after Ctrl-C."""
    place = Place.make(HOME)
    postgres, valkey = Postgres(place, QUICK), Valkey(place, {"appendonly": "no"})
    try:
        if not os.environ.get("DATABASE_URL"):
            postgres.start()
        if not os.environ.get("REDIS_URL"):
            valkey.start()
        yield place
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture
def repository() -> Path:
    """The folder with manage.py."""
    return Path(__file__).resolve().parent.parent
