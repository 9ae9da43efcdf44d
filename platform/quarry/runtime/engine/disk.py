"""States of prompts on the disk: what memory has no room for, and what the next start finds again.

One file a state, named by the SHA-256 of its tokens:

    8 bytes     length of the tokens, little-endian
    tokens      as they are
    state       one zstd frame (RFC 8878) with its checksum

Files are written by a thread of their own, so that no answer waits for the disk, and appear under their name only when
they are whole. Several workers may share a folder. They hold what the prompts held: the folder is its owner's only.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import queue
import threading
from pathlib import Path
from typing import TypeAlias

import zstandard

Buffer: TypeAlias = bytes | memoryview
log = logging.getLogger(__name__)
SUFFIX = ".state"
LEVEL = 1  # states hardly shrink; a higher level only takes longer
WAITING = 4  # states on their way to the disk; more of them would be memory that nobody counts
CLOSE_SECONDS = 10.0  # to put away what is in memory, and as many to write the rest


class DiskTier:
    """At most `limit` bytes in `folder`; what was not used for longest goes first."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder, limit
        self._queue: queue.Queue[tuple[bytes, Buffer] | None] = queue.Queue(WAITING)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._thread = threading.Thread(target=self._write, name="quarry-checkpoints", daemon=True)
        self._thread.start()

    def put(self, key: bytes, state: Buffer, patience: float = 0.0) -> bool:
        """Writes it some time soon. False where the disk did not keep up within `patience` seconds: it is given up."""
        try:
            self._queue.put((key, state), block=patience > 0, timeout=patience)
        except queue.Full:
            return False
        return True

    def find(self, whole: bytes, longer_than: int) -> tuple[bytes, bytes] | None:
        """The longest state whose tokens `whole` begins with, and which are `longer_than` so many bytes."""
        for length in self._lengths():
            if longer_than < length <= len(whole):
                key = whole[:length]
                if (state := self._read(key)) is not None:
                    return key, state
        return None

    def close(self) -> None:
        """Waits a while for what is being written."""
        with contextlib.suppress(queue.Full):
            self._queue.put(None, timeout=CLOSE_SECONDS)
        self._thread.join(CLOSE_SECONDS)

    def size(self) -> int:
        return sum(_size(path) for path in self._files())

    def _files(self) -> list[Path]:
        return list(self._folder.glob(f"*{SUFFIX}"))

    def _lengths(self) -> list[int]:
        """Lengths of the keys that there are: they stand in the names."""
        return sorted({int(path.name.split("-")[0]) for path in self._files()}, reverse=True)

    def _path(self, key: bytes) -> Path:
        return self._folder / f"{len(key)}-{hashlib.sha256(key).hexdigest()}{SUFFIX}"

    def _read(self, key: bytes) -> bytes | None:
        path = self._path(key)
        try:
            data = path.read_bytes()
            length = int.from_bytes(data[:8], "little")
            if data[8 : 8 + length] != key:
                raise ValueError("other tokens")
            state = zstandard.ZstdDecompressor().decompress(data[8 + length :])
            os.utime(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, zstandard.ZstdError) as error:
            log.warning("The state %s cannot be used (%s); it is removed.", path.name, error)
            path.unlink(missing_ok=True)
            return None
        return state

    def _write(self) -> None:
        compress = zstandard.ZstdCompressor(LEVEL, write_checksum=True).compress
        while (item := self._queue.get()) is not None:
            key, state = item
            try:
                self._save(key, compress(state))
            except OSError as error:
                log.warning("A state could not be written to %s: %s", self._folder, error)

    def _save(self, key: bytes, frame: bytes) -> None:
        path, cost = self._path(key), len(key) + len(frame) + 8
        if cost > self._limit or path.exists():
            return
        self._make_room(cost)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(len(key).to_bytes(8, "little") + key + frame)
        temporary.replace(path)

    def _make_room(self, cost: int) -> None:
        files = sorted(self._files(), key=_used)
        size = sum(map(_size, files))
        for path in files:
            if size + cost <= self._limit:
                return
            size -= _size(path)
            path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # another worker removed it
        return 0


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
