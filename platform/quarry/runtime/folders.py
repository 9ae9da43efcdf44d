"""A model's folder among several processes: one changes it at a time, and it may be removed while others look at it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

LOCK_SECONDS = 0.2
GONE = ".removed-"


@contextmanager
def lock(folder: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Held by one at a time; `waiting` is called while others hold it, and may raise to give up."""
    path = folder / ".lock"
    while True:
        with _opened(path) as file:
            while not _locked(file):
                if waiting:
                    waiting()
                time.sleep(LOCK_SECONDS)
            if _same(file, path):  # else who held it removed the folder, and the lock with it
                yield
                return


def delete(folder: Path) -> None:
    """Takes the folder away in one step, its lock with it, and then deletes what was in it: file by file, the next
    download would begin in a folder that is still being emptied."""
    gone = folder.with_name(f"{GONE}{folder.name}-{os.getpid()}-{threading.get_ident()}")
    folder.replace(gone)
    for left in folder.parent.glob(f"{GONE}*"):  # also of a removal that was killed
        shutil.rmtree(left, ignore_errors=True)


def _opened(path: Path) -> IO[str]:
    """Opened for writing; its folder is made as often as somebody removes it."""
    while True:
        with contextlib.suppress(FileNotFoundError, FileExistsError):  # made and removed in the same moment
            path.parent.mkdir(parents=True, exist_ok=True)
            return path.open("w")


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _same(file: IO[str], path: Path) -> bool:
    """Whether the open file is still the one of this name."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
