"""The set-up's own tools: stamps, jobs, and how they fail."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def work(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module as `python3 infra/setup` sees it, with its logs in a temporary folder."""
    monkeypatch.syspath_prepend(str(repository / "infra" / "setup"))
    import work

    monkeypatch.setattr(work, "CACHE", tmp_path)
    monkeypatch.setattr(work, "ROOT", tmp_path)
    yield work
    for name in ("work", "checks", "browser", "frontend", "native", "environment"):
        sys.modules.pop(name, None)


def test_a_stamp_is_fresh_until_an_input_changes(work: Any, tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("1")
    stamp = work.Stamp(tmp_path / "stamps" / "a", work.digest([source], "x"))
    assert not stamp.fresh()
    stamp.set()
    assert work.Stamp(stamp.path, work.digest([source], "x")).fresh()
    assert not work.Stamp(stamp.path, work.digest([source], "y")).fresh()
    source.write_text("2")
    assert not work.Stamp(stamp.path, work.digest([source], "x")).fresh()


def test_a_job_that_fails_names_its_log_and_shows_its_end_and_sets_no_stamp(work: Any, tmp_path: Path) -> None:
    stamp = work.Stamp(tmp_path / "stamp", "x")
    commands = [[sys.executable, "-c", "print('begun')"], [sys.executable, "-c", "raise SystemExit('no room')"]]
    with pytest.raises(work.Trouble, match="no room") as trouble:
        work.together([work.Job("Some step", commands, stamp=stamp)])
    log = tmp_path / "logs" / "some-step.log"
    assert str(log) in str(trouble.value)
    assert "begun" in log.read_text()
    assert not stamp.fresh()


def test_when_one_job_fails_the_others_end_with_all_that_they_started(work: Any, tmp_path: Path) -> None:
    started = tmp_path / "started"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_touch_and_sleep(started)!r}])"
    jobs = [
        work.Job("long", [[sys.executable, "-c", child]]),
        work.Job(
            "short",
            [
                [
                    sys.executable,
                    "-c",
                    f"import os, time\nwhile not os.path.exists({str(started)!r}): time.sleep(.01)\nos._exit(3)",
                ]
            ],
        ),
    ]
    with pytest.raises(work.Trouble, match="short failed with code 3"):
        work.together(jobs)
    pid = int(started.read_text())
    deadline = time.monotonic() + 5
    while _runs(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_missing_compiler_is_said_before_the_long_wait(work: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import native

    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(work.Trouble, match=r"no C and C\+\+ compiler.*build-essential"):
        native._require_compiler()


def test_an_old_node_on_the_path_is_not_taken(work: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import frontend

    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v18.20.1\n")
        (tmp_path / name).chmod(0o755)
    assert frontend._version(tmp_path / "node") == (18, 20)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(frontend, "_wheel_node", lambda: Path("/wheel/node"))
    assert frontend.find_node() == Path("/wheel/node")


def _touch_and_sleep(path: Path) -> str:
    return (
        f"import os, time\nopen({str(path) + '.new'!r}, 'w').write(str(os.getpid()))\n"
        f"os.rename({str(path) + '.new'!r}, {str(path)!r})\ntime.sleep(60)"
    )


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
