"""The benchmark's checkers, in a process of their own (`child`) because they execute what a model wrote."""

import json
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from quarry.runtime import settings

ROOT = Path(__file__).resolve().parents[3]
MEMORY = 2 * 1024**3  # of address space
CPU_SECONDS = 120
WALL_SECONDS = 180.0  # for one request; the machine may be busy


class CheckFailed(Exception):
    """The child refused, broke or took too long."""


class Checker:
    """A child at work; for one task, unless the caller is sure that nothing hostile is asked of it."""

    def __init__(self, folder: Path, cpu: int = CPU_SECONDS) -> None:
        limits = json.dumps({"memory": MEMORY, "cpu": cpu})
        command = [sys.executable, "-s", "-m", "apps.evaluation.bfcl.child", str(folder), limits]
        self._process = subprocess.Popen(
            [*_walls(folder), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            start_new_session=True,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()

    def ask(self, do: str, **request: Any) -> Any:
        """The child's answer. Raises CheckFailed."""
        process = self._process
        assert process.stdin is not None  # noqa: S101  both are pipes
        assert process.stdout is not None  # noqa: S101
        clock = threading.Timer(WALL_SECONDS, process.kill)
        clock.start()
        try:
            process.stdin.write(json.dumps({"do": do, **request}) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except (OSError, ValueError):
            line = ""
        finally:
            clock.cancel()
        if not line:
            raise CheckFailed(f"The checker ended with {process.wait()}.")
        answer = json.loads(line)
        if "error" in answer:
            raise CheckFailed(answer["error"])
        return answer["value"]


def _walls(folder: Path) -> list[str]:
    """Where bubblewrap works, the child sees the machine's files read only, and of our data the benchmark alone."""
    if not _bubblewrap():
        return []
    home = str(settings.current().home)
    seen = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", home]
    return [*_BWRAP, *seen, "--ro-bind", str(folder), str(folder), "--"]


_BWRAP = ["bwrap", "--unshare-all", "--die-with-parent"]


@cache
def _bubblewrap() -> bool:
    if not shutil.which("bwrap"):
        return False
    probe = [*_BWRAP, "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--", "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0
