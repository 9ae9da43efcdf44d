"""The folder of models: where each lies, what was verified, and who is downloading.

    <store>/<kind>/<model id>/<file>            the model; under this name only when complete and verified
    <store>/<kind>/<model id>/<file>.part       a download under way or interrupted
    <store>/<kind>/<model id>/manifest.json     {"files": {name: {"sha256", "size"}}, "source", "revision", "fetched"}
    <store>/<kind>/<model id>/verified.json     digests that were checked, by size, time and inode
    <store>/<kind>/<model id>/.lock             held by the process that downloads

The digest to trust is the catalogue's where it pins one, else the manifest's, written at the first download from what
the hub stated.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .catalogue import Model
from .types import ModelUnavailable

BLOCK = 4 * 2**20
Progress = Callable[[int, int], None]


def digest(path: Path, progress: Progress | None = None) -> str:
    """The sha256 of a file."""
    total, done, sha = path.stat().st_size, 0, hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            sha.update(block)
            done += len(block)
            if progress:
                progress(done, total)
    return sha.hexdigest()


def write_json(path: Path, value: Any) -> None:
    """Replaces the file as one step, so that no reader meets half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(json.dumps(value, indent=1, sort_keys=True), encoding="utf-8")
    temporary.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


class Store:
    """The models under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def folder(self, model: Model) -> Path:
        return self.root / model.kind / model.id

    def path(self, model: Model) -> Path:
        """Where the model's file lies, or will lie."""
        return self.folder(model) / model.file_name

    def manifest(self, model: Model) -> dict[str, Any]:
        return read_json(self.folder(model) / "manifest.json")

    def installed(self, model: Model) -> bool:
        """Whether every file of the model is there in its full size; says nothing about its bytes."""
        files = self.manifest(model).get("files", {})
        folder = self.folder(model)
        return bool(files) and all(_size(folder / name) == facts["size"] for name, facts in files.items())

    def expected(self, model: Model, name: str) -> str | None:
        """The digest that the file must have."""
        if model.sha256 and name == model.file_name:
            return model.sha256
        facts = self.manifest(model).get("files", {}).get(name, {})
        return facts.get("sha256")

    def pinned(self, model: Model) -> str:
        """The digest of the whole model that `verify` must find; reads only the manifest."""
        names = sorted(self.manifest(model).get("files", {}))
        digests = {name: sha for name in names if (sha := self.expected(model, name))}
        if not digests or len(digests) < len(names):
            raise ModelUnavailable(f"{model.name} is not downloaded. Run `make run`, or `manage.py doctor` to see why.")
        return digests[names[0]] if len(names) == 1 else combined(digests)

    def record(self, model: Model, files: dict[str, str], source: str, revision: str) -> None:
        """Writes the manifest of a complete download: from now on these digests are pinned."""
        folder = self.folder(model)
        facts = {name: {"sha256": sha, "size": (folder / name).stat().st_size} for name, sha in files.items()}
        fetched = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = {"files": facts, "source": source, "revision": revision, "fetched": fetched}
        write_json(folder / "manifest.json", manifest)
        for name, sha in files.items():
            self._remember(folder / name, sha)

    def verify(self, model: Model, progress: Progress | None = None) -> str:
        """Checks every file's digest and returns that of the model's own file (of all of them for a folder)."""
        pinned = self.pinned(model)
        for name in sorted(self.manifest(model)["files"]):
            self._verify_file(model, name, progress)
        return pinned

    def verified(self, model: Model) -> bool:
        """Whether the files were verified as they now are; quick, reads no model."""
        folder = self.folder(model)
        names = self.manifest(model).get("files", {})
        return bool(names) and all(
            (sha := self._remembered(folder / name)) and sha == self.expected(model, name) for name in names
        )

    def _verify_file(self, model: Model, name: str, progress: Progress | None) -> str:
        path, expected = self.folder(model) / name, self.expected(model, name)
        if not path.exists():
            raise ModelUnavailable(f"{path} is missing: {model.name} must be downloaded again.")
        actual = self._remembered(path) or digest(path, progress)
        if actual != expected:
            raise ModelUnavailable(
                f"{path} is not the file it should be (sha256 {actual[:16]}..., expected {str(expected)[:16]}...). "
                "It is not loaded; remove it and start again to download it anew."
            )
        self._remember(path, actual)
        return actual

    def _remembered(self, path: Path) -> str | None:
        """The digest found earlier, where size, modification time and inode are still the same."""
        entry = read_json(path.parent / "verified.json").get(path.name)
        if not isinstance(entry, dict) or entry.get("stamp") != _stamp(path):
            return None
        sha = entry.get("sha256")
        return sha if isinstance(sha, str) else None

    def _remember(self, path: Path, sha: str) -> None:
        file = path.parent / "verified.json"
        known, entry = read_json(file), {"sha256": sha, "stamp": _stamp(path)}
        if known.get(path.name) == entry:
            return
        with contextlib.suppress(OSError):  # a store mounted read-only: verify at every start instead
            write_json(file, known | {path.name: entry})

    @contextmanager
    def lock(self, model: Model, waiting: Callable[[], None] | None = None) -> Iterator[None]:
        """One process downloads a model; others wait for it. The lock goes with the process that dies."""
        folder = self.folder(model)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if waiting:
                    waiting()
                fcntl.flock(file, fcntl.LOCK_EX)
            yield


def combined(digests: dict[str, str]) -> str:
    """One digest of a folder: of its files' names and digests, sorted."""
    text = "".join(f"{name}\0{sha}\n" for name, sha in sorted(digests.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _stamp(path: Path) -> list[int]:
    try:
        facts = path.stat()
    except OSError:
        return []
    return [facts.st_size, facts.st_mtime_ns, facts.st_ino]
