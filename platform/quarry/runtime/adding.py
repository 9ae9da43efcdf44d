"""Takes an administrator's own GGUF into the store: looked at before a byte is copied, named only when it is whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import added, describe, gguf_check
from .catalogue import Model, model_of
from .part import Part
from .store import BLOCK, Progress, Store
from .types import InvalidRequest

INCOMING = "incoming"


def incoming(store: Store) -> list[dict[str, Any]]:
    """The GGUF files that lie in the store's folder for arrivals: what may be added without naming a path."""
    folder = store.root / INCOMING
    files = sorted(folder.glob("*.gguf")) if folder.is_dir() else []
    return [{"file": path.name, "size_bytes": path.stat().st_size} for path in files if _plain(path)]


def arrived(store: Store, name: str) -> Path:
    """The path of an arrival; a name that leads elsewhere is refused."""
    path = store.root / INCOMING / name
    if name != Path(name).name or not _plain(path):
        raise InvalidRequest(f'There is no file "{name}" in the folder {store.root / INCOMING}.')
    return path


def add(store: Store, path: Path, facts: dict[str, Any], progress: Progress | None = None) -> Model:
    """Copies the file, computes its digest and writes its entry. A file that is not sound leaves nothing behind."""
    describe.refuse_clash(store.root, facts["id"], facts["kind"])
    header = gguf_check.check(path)
    draft = model_of(describe.entry(header, **facts))
    with store.lock(draft):
        part = Part(store.path(draft))
        part.remove()
        try:
            sha256 = _copied(path, part, header.size, progress)
            gguf_check.check(part.path)  # what was copied, should the file have changed meanwhile
            part.finish(None, checked=sha256)
        except BaseException:
            part.remove()
            raise
        entry = describe.entry(header, **facts, sha256=sha256)
        store.record(draft, {draft.file_name: sha256}, "added here", "")
        added.put(store.root, entry)
    return model_of(entry)


def _copied(path: Path, part: Part, size: int, progress: Progress | None) -> str:
    sha = hashlib.sha256()

    def blocks() -> Iterator[bytes]:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                sha.update(block)
                yield block

    part.need(size)
    part.append(blocks(), size, progress)
    return sha.hexdigest()


def _plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
