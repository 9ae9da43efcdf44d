"""What `make lint` and `make test` run, each with its result in a line; all of them run even if one fails."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import browser
import frontend
from work import CACHE, ROOT, VENV, Trouble, duration, say

BIN = VENV / "bin"
PROCESSES = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


@dataclass
class Check:
    """`shown`: its output goes to the terminal as it comes, else only if it fails."""

    name: str
    command: Sequence[str | Path]
    folder: Path = ROOT
    environment: Mapping[str, str] = field(default_factory=dict)
    shown: bool = False

    def passes(self) -> bool:
        begin = time.monotonic()
        environment = {**os.environ, **self.environment}
        command = [str(part) for part in self.command]
        output = None if self.shown else subprocess.PIPE
        done = subprocess.run(
            command, cwd=self.folder, env=environment, stdout=output, stderr=subprocess.STDOUT, check=False
        )
        if done.returncode != 0 and done.stdout:
            say(done.stdout.decode(errors="replace"))
        mark, end = ("✗", f"failed with code {done.returncode}") if done.returncode else ("✓", "")
        say(f"{mark} {self.name} {end}({duration(time.monotonic() - begin)})")
        return done.returncode == 0


def linters() -> list[Check]:
    source = {"PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}"}
    node = frontend.find_node()
    pages = {"folder": frontend.FOLDER, "environment": frontend.npm_environment(node)}
    npm = frontend.npm(node)
    return [
        Check("ruff", [BIN / "ruff", "check", "."]),
        Check("ruff format", [BIN / "ruff", "format", "--check", "."]),
        Check("mypy", [BIN / "mypy"], environment=source),
        Check("import-linter", [BIN / "lint-imports", "--no-logo"], environment=source),
        Check("eslint", [*npm, "run", "lint"], **pages),
        Check("tsc", [*npm, "run", "typecheck"], **pages),
    ]


def tests() -> list[Check]:
    node = frontend.find_node()
    npm = frontend.npm(node)
    environment = {
        "QUARRY_MODELS": os.environ.get("QUARRY_MODELS") or str(ROOT / "var" / "models"),
        "QUARRY_CHROMIUM": browser.find() or "",
    }
    pytest = [VENV / "bin" / "python", "-m", "pytest", "--durations=30", "--durations-min=4"]
    # A model takes all cores, and so does the whole product; other tests go side by side, each process with servers of
    # its own.
    alone = ["-m", "model or browser"]
    beside = ["-m", "not model and not browser", "-n", str(PROCESSES), "--dist", "loadfile", "--no-loadscope-reorder"]
    return [
        Check("front end tests", [*npm, "test"], frontend.FOLDER, frontend.npm_environment(node)),
        Check("tests", [*pytest, *beside], environment=environment, shown=True),
        Check("tests of models and in the browser", [*pytest, *alone], environment=environment, shown=True),
    ]


def run(checks: Sequence[Check]) -> None:
    """Runs them all; `Trouble` names those that failed."""
    CACHE.mkdir(parents=True, exist_ok=True)
    failed = [check.name for check in checks if not check.passes()]
    if failed:
        raise Trouble(f"failed: {', '.join(failed)}")
    say("✓ everything passed")
