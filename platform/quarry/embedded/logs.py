"""Rotation of the children's log files. They keep writing to the same open file, so its content is moved away."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

LIMIT_BYTES = 10 * 1024 * 1024
KEPT = 3


def rotate(folder: Path, limit: int = LIMIT_BYTES) -> None:
    """Moves the content of every log over the limit to `name.log.1`; the oldest of `KEPT` goes."""
    for log in folder.glob("*.log"):
        if log.stat().st_size > limit:
            _rotate(log)


def _rotate(log: Path) -> None:
    for number in range(KEPT - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    os.truncate(log, 0)  # the writers opened it for appending: they go on at the new end
