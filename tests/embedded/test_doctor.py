"""`manage.py doctor` on a machine before the first start, while Quarry is stopped, and with things that are wrong."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from quarry.embedded import Place, lock
from quarry.embedded.doctor import Finding, State, examine, machine, models, services
from quarry.runtime import settings

from .running import REPOSITORY, environment


@pytest.fixture
def home(services: Place) -> Iterator[Path]:
    folder = services.home / "doctor"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def doctor(home: Path) -> tuple[int, dict[str, dict[str, str]]]:
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json"],
        cwd=REPOSITORY,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    assert report["ok"] is (done.returncode == 0)
    return done.returncode, {finding["name"]: finding for finding in report["findings"]}


def test_before_the_first_start_nothing_is_made_and_the_missing_models_are_named(home: Path) -> None:
    code, found = doctor(home)
    assert code == 1
    assert found["packages"]["state"] == "ok"
    assert found["PostgreSQL program"]["text"].startswith("postgres (PostgreSQL) 18.")
    assert found["database"]["text"] == "there is no database yet; the first start makes it"
    assert not (home / "postgres").exists()


def test_a_broken_check_is_a_finding_and_not_the_end() -> None:
    def broken() -> Iterator[Finding]:
        raise RuntimeError("oh")

    found = list(examine([("thing", broken), ("Python", machine.python)]))
    assert [(finding.name, finding.state) for finding in found] == [("thing", State.BAD), ("Python", State.GOOD)]
    assert "RuntimeError: oh" in found[0].text


def test_secrets_that_others_can_read_are_wrong_and_the_remedy_is_a_command(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    secret = tmp_path / "secrets" / "django"
    secret.write_text("x")
    secret.chmod(0o644)
    found = {finding.name: finding for finding in machine.files(tmp_path)}
    assert found["secrets"].state is State.BAD
    assert found["secrets"].remedy == f"chmod 600 {secret}"
    secret.chmod(0o600)
    assert all(finding.state is State.GOOD for finding in machine.files(tmp_path))


def test_a_clock_that_went_back_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    log = tmp_path / "logs" / "web.log"
    log.touch()
    assert [finding.state for finding in machine.clock(tmp_path)] == [State.GOOD]
    os.utime(log, (4e9, 4e9))
    assert [finding.state for finding in machine.clock(tmp_path)] == [State.BAD]


def test_little_space_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = shutil.disk_usage(tmp_path).free
    monkeypatch.setattr(machine, "LITTLE_SPACE", free + 2**30)
    states = {finding.state for finding in machine.space(tmp_path / "not" / "yet", tmp_path)}
    assert states == {State.WARNING}


def test_the_lock_tells_who_runs(tmp_path: Path) -> None:
    assert lock.running(tmp_path) is None
    held = lock.HomeLock(tmp_path)
    held.write(address="http://127.0.0.1:1")
    found = list(services.quarry(lock.running(tmp_path)))
    assert found[0].text == f"runs as process {os.getpid()} at http://127.0.0.1:1"
    held.release()
    assert lock.running(tmp_path) is None


CC = shutil.which("cc")


@pytest.mark.skipif(
    not CC or sys.platform != "linux", reason="a library that crashes is made with a C compiler on Linux"
)
@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("*(volatile int *) 0 = 1;", ("SIGSEGV, a segmentation fault", "GCC 12")),
        ("__builtin_trap();", ("SIGILL, an illegal instruction", "compiled for another processor")),
    ],
)
def test_a_model_library_that_loads_but_crashes_is_found(
    fault: str, told: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first computation of llama.cpp is replaced by the fault: it loads models, and dies when it decodes."""
    source, library = tmp_path / "fault.c", tmp_path / "fault.so"
    source.write_text(f"int ggml_backend_sched_graph_compute_async(void *s, void *g) {{ {fault} return 0; }}")
    subprocess.run([str(CC), "-shared", "-fPIC", "-o", library, source], check=True)
    assert [finding.state for finding in models.library()] == [State.GOOD]
    monkeypatch.setenv("LD_PRELOAD", str(library))
    (found,) = models.library()
    assert found.state is State.BAD
    assert found.text.startswith("loads, but crashes when it decodes")
    assert all(words in found.text for words in told)
    assert "infra/llama/build.py" in found.remedy


def test_no_model_is_missed_where_only_endpoints_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = settings.current()
    settings.configure(replace(before, home=tmp_path, models=tmp_path / "models"))
    held = lock.HomeLock(tmp_path)
    held.write(address="http://127.0.0.1:1")
    try:
        assert {found.state for found in models.models() if found.name == "chat model"} == {State.BAD}
        settings.configure(replace(settings.current(), order=lambda: ["endpoint/vllm"]))
        (chat,) = [found for found in models.models() if found.name == "chat model"]
        assert (chat.state, chat.text[:12]) == (State.IDLE, "none is here")
    finally:
        held.release()
        settings.configure(before)
