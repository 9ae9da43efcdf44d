"""The files that people uploaded, each kept once under the SHA-256 of its bytes.

A file appears under its final name only when it is whole and on the disk; a crash leaves at most a draft, which
`sweep` removes. Rows of `Document` say which files are needed.
"""

import hashlib
import os
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from quarry.web.body_limit import too_large

CHUNK = 1024 * 1024
ABANDONED_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Draft:
    """Bytes that arrived and are on the disk, but do not belong to anything yet."""

    path: Path
    sha256: str
    size: int

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


def folder() -> Path:
    return Path(settings.QUARRY_HOME) / "blobs"


def path(sha256: str) -> Path:
    """Where the bytes with this digest lie."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("This is not a SHA-256 digest.")
    return folder() / sha256[:2] / sha256


def receive(chunks: Iterable[bytes], limit: int) -> Draft:
    """Writes what arrives to the disk, piece by piece. More than `limit` bytes are refused as soon as they show."""
    draft = folder() / "drafts" / uuid.uuid4().hex
    draft.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise too_large(limit)
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return Draft(draft, digest.hexdigest(), size)


def keep(draft: Draft) -> Path:
    """Gives the draft its final name; where the same bytes lie already, nothing changes."""
    final = path(draft.sha256)
    if final.exists():
        draft.discard()
        return final
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.replace(draft.path, final)
    _sync(final.parent)
    _sync(final.parent.parent)
    return final


def remove(sha256: str) -> None:
    path(sha256).unlink(missing_ok=True)


def read(sha256: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
    """The bytes from `start`, in pieces."""
    with path(sha256).open("rb") as file:
        file.seek(start)
        left = length if length is not None else path(sha256).stat().st_size
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def pieces(file: Path) -> Iterator[bytes]:
    """The bytes of any file, as `receive` takes them."""
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            yield chunk


def sweep(needed: Callable[[str], bool]) -> int:
    """Removes drafts of uploads that broke off, and files that no document needs, once they are a day old."""
    removed, before = 0, time.time() - ABANDONED_SECONDS
    for file in [*folder().glob("drafts/*"), *folder().glob("[0-9a-f][0-9a-f]/*")]:
        if file.stat().st_mtime < before and (file.parent.name == "drafts" or not needed(file.name)):
            file.unlink(missing_ok=True)
            removed += 1
    return removed


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
