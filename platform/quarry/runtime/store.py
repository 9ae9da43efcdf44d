"""The folder of models: where each lies, what was verified, and who is downloading.

    <store>/<kind>/<model id>/<file>            the model; under this name only when complete and verified
    <store>/<kind>/<model id>/<file>.part       a download under way or interrupted
    <store>/<kind>/<model id>/manifest.json     {"files": {name: {"sha256", "size"}}, "source", "revision", "fetched"}
    <store>/<kind>/<model id>/verified.json     digests and headers that were checked, by size, time and inode
    <store>/<kind>/<model id>/model.sig         the publisher's or the company's signature, where there is one
    <store>/<kind>/<model id>/.lock             held by the process that downloads
    <store>/added.json                          entries of models that an administrator added

The digest to trust is the catalogue's where it pins one, else the manifest's, written at the first download from what
the hub stated.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import added, folders, gguf_check, oms, policy, signatures
from .catalogue import Model
from .faults import ModelRefused
from .jsonfile import read_json, write_json
from .types import ModelUnavailable

BLOCK = 4 * 2**20
Progress = Callable[[int, int], None]
_observers: list[Callable[[Model, str], None]] = []


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


def on_refusal(observer: Callable[[Model, str], None]) -> None:
    """Has `observer` told of every model that `verify` refuses, with the reason; the audit log asks for this."""
    if observer not in _observers:
        _observers.append(observer)


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
            self._remember(folder / name, sha, _sound(folder / name))

    def verify(self, model: Model, progress: Progress | None = None) -> str:
        """Checks every file's digest, a GGUF's header, and the signature as the policy now asks; returns the digest of
        the model's own file (of all of them for a folder). What is refused is never loaded."""
        try:
            return self._verify(model, progress)
        except ModelRefused as error:
            for observer in _observers:
                observer(model, str(error))
            raise

    def _verify(self, model: Model, progress: Progress | None) -> str:
        pinned = self.pinned(model)
        for name in sorted(self.manifest(model).get("files", {})):
            self._verify_file(model, name, progress)
        rules, judgement = policy.current(), self.signature(model)
        signatures.demand(model.name, judgement, rules, bool(self.manifest(model).get("signed")))
        if judgement.state == "signed":
            self._mark_signed(model, judgement.signer)
        return pinned

    def forget(self, model: Model) -> None:
        """Has the next `verify` read every byte again."""
        with contextlib.suppress(OSError):
            (self.folder(model) / "verified.json").unlink(missing_ok=True)

    def sign(self, model: Model, key: oms.PrivateKey) -> None:
        """Signs the model, every byte of it read again, with somebody's own key; replaces another signature."""
        with self.lock(model, _refuse_busy(model)):
            self.forget(model)
            names = sorted(self.manifest(model).get("files", {}))
            for name in names:
                self._verify_file(model, name, None)
            digests = {name: self.expected(model, name) or "" for name in names}
            text = oms.sign(oms.statement(model.id, digests), key)
            (self.folder(model) / signatures.NAME).write_text(text, encoding="utf-8")

    def signature(self, model: Model) -> signatures.Judgement:
        """What is to be said of the model's signature by the policy as it is; reads no model."""
        digests = {name: self.expected(model, name) or "" for name in self.manifest(model).get("files", {})}
        return signatures.judge(self.folder(model), digests, model.signers, policy.current())

    def _mark_signed(self, model: Model, signer: str) -> None:
        """From now on a missing signature is a removed one."""
        manifest = self.manifest(model)
        if manifest.get("signed") != signer:
            with contextlib.suppress(OSError):  # a store mounted read-only
                write_json(self.folder(model) / "manifest.json", manifest | {"signed": signer})

    def verified(self, model: Model) -> bool:
        """Whether the files were verified as they now are; quick, reads no model."""
        names = self.manifest(model).get("files", {})
        return bool(names) and all(self._file_verified(model, name) for name in names)

    def _file_verified(self, model: Model, name: str) -> bool:
        path = self.folder(model) / name
        found = self._remembered(path)
        return bool(found) and found == self.expected(model, name) and self._header_checked(path)

    def _verify_file(self, model: Model, name: str, progress: Progress | None) -> str:
        path, expected = self.folder(model) / name, self.expected(model, name)
        try:
            actual = self._remembered(path) or digest(path, progress)
        except FileNotFoundError:  # perhaps only now: somebody removes the model
            raise ModelUnavailable(f"{path} is missing: {model.name} must be downloaded again.") from None
        if expected is None:
            raise ModelUnavailable(f"{model.name} is not downloaded. Run `make run`, or `manage.py doctor` to see why.")
        if actual != expected:
            raise ModelRefused(
                f"{path} is not the file it should be (sha256 {actual[:16]}..., expected {str(expected)[:16]}...). "
                "It is not loaded; remove it and start again to download it anew."
            )
        if not self._header_checked(path):
            gguf_check.check(path)
        self._remember(path, actual)
        return actual

    def _header_checked(self, path: Path) -> bool:
        """Whether the file's header, where it is a GGUF's, was found sound by the rules as they are now."""
        return path.suffix != ".gguf" or self._entry(path).get("header") == gguf_check.VERSION

    def _entry(self, path: Path) -> dict[str, Any]:
        """What is remembered of the file, if size, modification time and inode are still the same."""
        entry = read_json(path.parent / "verified.json").get(path.name)
        return entry if isinstance(entry, dict) and entry.get("stamp") == _stamp(path) else {}

    def _remembered(self, path: Path) -> str | None:
        """The digest found earlier, where the file is still the same."""
        sha = self._entry(path).get("sha256")
        return sha if isinstance(sha, str) else None

    def _remember(self, path: Path, sha: str, checked: bool = True) -> None:
        file = path.parent / "verified.json"
        known = read_json(file)
        entry: dict[str, Any] = {"sha256": sha, "stamp": _stamp(path)}
        if checked and path.suffix == ".gguf":
            entry["header"] = gguf_check.VERSION
        if known.get(path.name) == entry or not path.exists():
            return
        with contextlib.suppress(OSError):  # a store mounted read-only: verify at every start instead
            write_json(file, known | {path.name: entry})

    @contextmanager
    def lock(self, model: Model, waiting: Callable[[], None] | None = None) -> Iterator[None]:
        """One process changes a model; others wait for it, and `waiting` is called while they do: it may raise to give
        up. The lock goes with the process that dies."""
        with folders.lock(self.folder(model), waiting):
            yield

    def remove(self, model: Model) -> None:
        """Deletes the model's files and, of an added one, its entry."""
        if not self.folder(model).is_dir():
            return
        with self.lock(model, _refuse_busy(model)):
            (self.folder(model) / "manifest.json").unlink(missing_ok=True)  # first: half a model is none
            folders.delete(self.folder(model))
            added.drop(self.root, model.id)


def _refuse_busy(model: Model) -> Callable[[], None]:
    def refuse() -> None:
        raise ModelUnavailable(f"{model.name} is being downloaded or changed by another process.")

    return refuse


def combined(digests: dict[str, str]) -> str:
    """One digest of a folder: of its files' names and digests, sorted."""
    text = "".join(f"{name}\0{sha}\n" for name, sha in sorted(digests.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def _sound(path: Path) -> bool:
    try:
        return path.suffix != ".gguf" or bool(gguf_check.check(path))
    except ModelUnavailable:
        return False


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
