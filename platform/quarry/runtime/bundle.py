"""Models on a stick: a bundle carries models to a machine that reaches no hub, and nothing of it is believed.

A bundle is a tar file, not compressed (model files are noise), in this order:

    bundle.json       {"format": 1, "made", "models": [{"entry", "files": {name: {sha256, size}}, "manifest"}]}
    bundle.sig        a signature (see `oms`) over bundle.json, where the exporter gave a key
    file-00000 ...    every file, in the order of bundle.json

The reader goes through it once, in exactly this order. The names in the tar are compared, never used as paths, and
nothing but plain files is read at all (links, long names and the like are refused by their header), so that no member
can lead anywhere or claim memory; files are written to a folder of their own inside the store and get their final place
only when every model of the bundle was verified.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from . import added, oms, signatures
from .catalogue import Model, built_in, model_of
from .faults import ModelRefused
from .store import BLOCK, Progress, Store
from .types import InvalidRequest, ModelUnavailable

FORMAT, MANIFEST, SIGNATURE = 1, "bundle.json", "bundle.sig"


def export(
    store: Store, models: Sequence[Model], to: Path, key: oms.PrivateKey | None = None, progress: Progress | None = None
) -> None:
    """Writes the models, each verified anew, into one file. An export that fails leaves no file."""
    if to.exists():
        raise InvalidRequest(f"{to} exists already.")
    for model in models:
        store.verify(model)
    text = json.dumps(_manifest(store, models), indent=1, sort_keys=True).encode()
    draft = to.with_name(f".{to.name}.{os.getpid()}.part")
    try:
        with tarfile.open(draft, "w", format=tarfile.GNU_FORMAT) as tar:
            _put(tar, MANIFEST, text)
            if key is not None:
                _put(tar, SIGNATURE, oms.sign(_statement(text), key).encode())
            _put_models(tar, store, models, progress)
        draft.replace(to)
    except OSError as error:
        raise ModelUnavailable(f"{to} cannot be written: {error.strerror or error}.") from error
    finally:
        draft.unlink(missing_ok=True)


def _manifest(store: Store, models: Sequence[Model]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "models": [_described(store, model) for model in models],
    }


def _described(store: Store, model: Model) -> dict[str, Any]:
    manifest = store.manifest(model)
    files = dict(manifest["files"])
    signature = store.folder(model) / signatures.NAME
    if signature.exists():
        data = signature.read_bytes()
        files[signatures.NAME] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    entry = added.entry(store.root, model.id) or entry_of(model)
    facts = {key: manifest.get(key, "") for key in ("source", "revision")}
    return {"entry": entry, "files": files, "manifest": facts}


def _put(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


def _put_models(tar: tarfile.TarFile, store: Store, models: Sequence[Model], progress: Progress | None) -> None:
    files = [(m, name, facts) for m in models for name, facts in sorted(_described(store, m)["files"].items())]
    total, done = sum(facts["size"] for *_, facts in files), 0
    for number, (model, name, facts) in enumerate(files):
        member = tarfile.TarInfo(member_name(number))
        member.size = facts["size"]
        with (store.folder(model) / name).open("rb") as file:
            tar.addfile(member, _Counted(file, done, total, progress))
        done += facts["size"]


class _Counted:
    """A file that tells how much of it was read."""

    def __init__(self, file: IO[bytes], before: int, total: int, progress: Progress | None) -> None:
        self.file, self.done, self.total, self.progress = file, before, total, progress

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(min(size, BLOCK) if size > 0 else size)
        self.done += len(block)
        if self.progress:
            self.progress(self.done, self.total)
        return block


def _statement(manifest: bytes) -> bytes:
    return oms.statement("bundle", {MANIFEST: hashlib.sha256(manifest).hexdigest()})


def signer(manifest: bytes, text: bytes | None, trusted: Sequence[Any]) -> str:
    """Whose signature the bundle bears: a trusted key's name, or ""; one over other bytes is refused."""
    if text is None:
        return ""
    bundle = oms.parse(text.decode("utf-8", "replace"))
    if oms.covered(bundle.payload) != {MANIFEST: hashlib.sha256(manifest).hexdigest()}:
        raise ModelRefused("The bundle is refused: its signature is not over its contents.")
    return next((key.name for key in trusted if oms.signed_by(bundle, oms.public_key(key.pem))), "")


def described(text: bytes) -> list[tuple[Model, dict[str, Any]]]:
    """The models of a bundle's manifest with their descriptions, every part of it checked."""
    try:
        found = json.loads(text)
        if found["format"] != FORMAT:
            raise ModelRefused("The bundle is refused: it is of a form that is not known here.")
        each = [(_model(one), one) for one in found["models"]]
        for _, one in each:
            _check_files(one["files"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidRequest) as error:
        raise ModelRefused(f"The bundle is refused: its list of contents is not sound ({error}).") from error
    if len({model.id for model, _ in each}) < len(each) or not each:
        raise ModelRefused("The bundle is refused: it holds no model, or one of them twice.")
    return each


def _model(one: dict[str, Any]) -> Model:
    """The catalogue's own entry counts where it has one: a bundle cannot say what a known model is."""
    known = next((model for model in built_in() if model.id == one["entry"]["id"]), None)
    return known or model_of(one["entry"])


def _check_files(files: dict[str, Any]) -> None:
    for name, facts in files.items():
        parts = name.split("/")
        if not all(part and not part.startswith(".") and "\\" not in part and part.isprintable() for part in parts):
            raise InvalidRequest("a file has an impossible name")
        if not (isinstance(facts["size"], int) and 0 <= facts["size"] < 2**50 and len(facts["sha256"]) == 64):
            raise InvalidRequest("a file has impossible facts")


def entry_of(model: Model) -> dict[str, Any]:
    """The entry of a model that came in a bundle, in the form in which added models are kept."""
    plain = {key: value for key, value in asdict(model).items() if value is not None and key != "signers"}
    return plain | {"sources": [{"kind": "local", "file": model.file_name}]}


def member_name(number: int) -> str:
    return f"file-{number:05}"


class Plain(tarfile.TarInfo):
    """A member of a bundle: a plain file with a short name. Everything else is refused by its header's type, before
    `tarfile` reads what the header announces."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Plain:
        found = super().frombuf(buf, encoding, errors)
        if found.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
            raise ModelRefused(f'The bundle is refused: "{found.name}" in it is no plain file.')
        return found
