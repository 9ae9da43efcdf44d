"""One running Quarry for each data folder: a lock that the kernel drops when its holder ends, however it ends."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from typing import IO, Any

NAME = "supervisor.lock"


class AlreadyRunning(RuntimeError):
    """Another supervisor holds the folder; `holder` is what it wrote about itself."""

    def __init__(self, home: Path, holder: dict[str, Any]) -> None:
        self.holder = holder
        who = f"process {holder['pid']}" if "pid" in holder else "another process"
        where = f" at {holder['address']}" if holder.get("address") else ""
        super().__init__(
            f"Quarry already runs on {home} ({who}{where}). Stop it first, or set QUARRY_HOME to another folder."
        )


class HomeLock:
    """The lock on a data folder. Keep the object: the lock lives as long as its file is open."""

    def __init__(self, home: Path) -> None:
        self.path = home / NAME
        self._file: IO[str] = self.path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise AlreadyRunning(home, read(home)) from None
        self.write()

    def write(self, **facts: Any) -> None:
        """Says who holds the lock, for those who find it taken."""
        self._file.seek(0)
        self._file.truncate()
        json.dump({"pid": os.getpid(), "started": time.time(), **facts}, self._file)
        self._file.flush()

    def release(self) -> None:
        self._file.truncate(0)
        self._file.close()


def read(home: Path) -> dict[str, Any]:
    """What the holder wrote about itself; empty when nobody did."""
    try:
        facts = json.loads((home / NAME).read_text())
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def running(home: Path) -> dict[str, Any] | None:
    """Facts of the supervisor that runs on this folder now, or None."""
    try:
        with (home / NAME).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except OSError:
        return read(home)
    return None
