"""A download under way: the `.part` file and what is known about it."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .faults import DiskFull, FetchFailed, WrongDigest
from .store import Progress, digest, read_json, write_json

ROOM_TO_SPARE = 64 * 2**20


class Part:
    """Bytes of a file that has not its final name yet. `facts` survive an interruption beside it."""

    def __init__(self, final: Path) -> None:
        self.final = final
        self.path = final.with_name(final.name + ".part")
        self._facts = final.with_name(final.name + ".part.json")
        final.parent.mkdir(parents=True, exist_ok=True)

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def facts(self) -> dict[str, Any]:
        return read_json(self._facts)

    @facts.setter
    def facts(self, value: dict[str, Any]) -> None:
        write_json(self._facts, value)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        self._facts.unlink(missing_ok=True)

    def truncate(self, size: int) -> None:
        if self.size > size:
            os.truncate(self.path, size)

    def need(self, size: int) -> None:
        """Refuses at once where the disk has no room for the rest."""
        missing, free = size - self.size + ROOM_TO_SPARE, shutil.disk_usage(self.final.parent).free
        if missing > free:
            raise DiskFull(
                f"{self.final.parent} has {free / 1e9:.1f} GB free, and {self.final.name} needs {missing / 1e9:.1f} GB."
            )

    def append(self, blocks: Iterable[bytes], total: int, progress: Progress | None) -> None:
        """Writes the blocks behind what is there."""
        done = self.size
        try:
            with self.path.open("ab") as file:
                for block in blocks:
                    file.write(block)
                    done += len(block)
                    if progress:
                        progress(done, max(total, done))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(f"The disk of {self.final.parent} is full; {done / 1e9:.2f} GB were kept.") from error
            raise FetchFailed(f"{self.path} cannot be written: {error.strerror or error}.") from error

    def finish(self, sha256: str | None, checked: str | None = None) -> str:
        """Verifies the bytes and gives the file its name; wrong bytes are removed."""
        actual = checked or digest(self.path)
        if sha256 and actual != sha256:
            self.remove()
            raise WrongDigest(
                f"{self.final.name} arrived with sha256 {actual[:16]}... instead of {sha256[:16]}...; it was removed."
            )
        self.path.replace(self.final)
        self._facts.unlink(missing_ok=True)
        return actual
