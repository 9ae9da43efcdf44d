"""A command that runs one time in the life of a data folder, in the background, once Quarry is ready."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import process
from .children import REPOSITORY, child_environment
from .terminal import say


@dataclass
class Once:
    """`command` for manage.py; `doing` and `done` are what the person reads."""

    name: str
    command: Sequence[str]
    doing: str
    done: str
    process: subprocess.Popen[bytes] | None = None
    _home: Path = Path()

    @property
    def log(self) -> Path:
        return self._home / "logs" / f"{self.name}.log"

    @property
    def mark(self) -> Path:
        """Exists when it has succeeded: what a person deleted afterwards must not come back."""
        return self._home / "run" / f"{self.name}.done"

    def start(self, home: Path) -> None:
        self._home = home
        if self.mark.exists():
            return
        say(self.doing, "dim")
        self.process = process.spawn(
            [sys.executable, REPOSITORY / "manage.py", *self.command],
            log=self.log,
            environment=child_environment(home, "command"),
            folder=REPOSITORY,
            niceness=5,
        )

    def look_after(self) -> None:
        code = self.process.poll() if self.process else None
        if code is None:
            return
        self.process = None
        if code == 0:
            self.mark.touch()
            say(self.done, "good")
        else:
            say(f"`manage.py {' '.join(self.command)}` failed (see {self.log}); the next start tries again", "warn")

    def stop(self) -> None:
        if self.process is not None:
            process.stop(self.process, signal.SIGTERM, 2.0)
