"""Imports a bundle into the store: all of its models or none, and nothing left behind by an import that was cut off."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import added, bundle, policy, signatures
from .catalogue import Model
from .faults import DiskFull, ModelRefused
from .part import ROOM_TO_SPARE
from .store import BLOCK, Progress, Store
from .types import ModelUnavailable

STAGE = ".import-"
LARGEST_MANIFEST = 8 * 2**20


def unpack(store: Store, path: Path, progress: Progress | None = None) -> tuple[list[Model], str]:
    """Verifies the whole bundle and then puts its models in place; returns them and who signed the bundle."""
    try:
        with tarfile.open(path, "r:", tarinfo=bundle.Plain) as tar, _stage(store.root) as stage:
            return _unpacked(store, Store(stage), tar, progress)
    except tarfile.TarError as error:
        raise ModelRefused(f"{path.name} is refused: it is no bundle of models, or it is damaged.") from error
    except OSError as error:
        raise ModelUnavailable(f"{path.name} cannot be imported: {error.strerror or error}.") from error


def _unpacked(store: Store, stage: Store, tar: tarfile.TarFile, progress: Progress | None) -> tuple[list[Model], str]:
    members = iter(tar)
    text = _small(tar, next(members, None), bundle.MANIFEST)
    each = bundle.described(text)
    _refuse_clashes(store, [model for model, _ in each])
    following = next(members, None)
    signature = None
    if following is not None and following.name == bundle.SIGNATURE:
        signature, following = _small(tar, following, bundle.SIGNATURE), next(members, None)
    signer = _signer(text, signature)
    _need_room(store.root, each)
    _write_files(tar, following, members, stage, each, progress)
    for model, facts in each:
        _verify(stage, model, facts)
    _move(store, stage, each)
    return [model for model, _ in each], signer


def _small(tar: tarfile.TarFile, member: tarfile.TarInfo | None, name: str) -> bytes:
    if member is None or member.name != name or member.size > LARGEST_MANIFEST:
        raise ModelRefused("The bundle is refused: it does not begin with its list of contents.")
    file = tar.extractfile(member)
    data = file.read() if file else b""
    if len(data) != member.size:
        raise ModelRefused("The bundle is refused: it is damaged or truncated.")
    return data


def _signer(text: bytes, signature: bytes | None) -> str:
    rules = policy.current()
    signer = bundle.signer(text, signature, rules.keys)
    if rules.require_signature and not signer:
        raise ModelRefused("The bundle is refused: a signature is required, and nobody who is trusted here signed it.")
    return signer


def _refuse_clashes(store: Store, models: list[Model]) -> None:
    """A bundle must not put other bytes behind the id of a model that was added here."""
    here = {model.id: model.sha256 for model in added.models(store.root)}
    for model in models:
        if model.added and here.get(model.id, model.sha256) != model.sha256:
            raise ModelRefused(f'The bundle is refused: there is another model "{model.id}" here.')


def _need_room(root: Path, each: list[tuple[Model, dict[str, Any]]]) -> None:
    needed = sum(facts["size"] for _, one in each for facts in one["files"].values()) + ROOM_TO_SPARE
    free = shutil.disk_usage(root).free
    if needed > free:
        raise DiskFull(f"{root} has {free / 1e9:.1f} GB free, and the bundle needs {needed / 1e9:.1f} GB.")


def _write_files(
    tar: tarfile.TarFile,
    first: tarfile.TarInfo | None,
    rest: Iterator[tarfile.TarInfo],
    stage: Store,
    each: list[tuple[Model, dict[str, Any]]],
    progress: Progress | None,
) -> None:
    """Every file that the list promises, in its order, and not one more."""
    wanted = [(model, name, facts) for model, one in each for name, facts in sorted(one["files"].items())]
    total, done, member = sum(facts["size"] for *_, facts in wanted), 0, first
    for number, (model, name, facts) in enumerate(wanted):
        if member is None or member.name != bundle.member_name(number) or member.size != facts["size"]:
            raise ModelRefused(f'The bundle is refused: "{name}" of {model.name} is missing or another than promised.')
        _write(tar, member, stage.folder(model) / name, facts["sha256"], done, total, progress)
        done += member.size
        member = next(rest, None)
    if member is not None:
        raise ModelRefused(f'The bundle is refused: it holds "{member.name}", which its list does not name.')


def _write(
    tar: tarfile.TarFile,
    member: tarfile.TarInfo,
    path: Path,
    sha256: str,
    before: int,
    total: int,
    progress: Progress | None,
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    source, sha, done = tar.extractfile(member), hashlib.sha256(), 0
    assert source is not None  # noqa: S101  a plain file, as `members` has seen to
    with path.open("xb") as file:
        while block := source.read(BLOCK):
            file.write(block)
            sha.update(block)
            done += len(block)
            if progress:
                progress(before + done, total)
    if done != member.size:
        raise ModelRefused("The bundle is refused: it is damaged or truncated.")
    if sha.hexdigest() != sha256:
        raise ModelRefused(f'The bundle is refused: "{path.name}" is not the file that its list promises.')


def _verify(stage: Store, model: Model, one: dict[str, Any]) -> None:
    """What a loader would ask, asked before anything has its final name."""
    files = {name: facts["sha256"] for name, facts in one["files"].items() if name != signatures.NAME}
    stage.record(model, files, str(one["manifest"].get("source", "")), str(one["manifest"].get("revision", "")))
    stage.verify(model)


def _move(store: Store, stage: Store, each: list[tuple[Model, dict[str, Any]]]) -> None:
    for model, one in each:
        with store.lock(model):
            for name in [*one["files"], "manifest.json", "verified.json"]:
                target = store.folder(model) / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with contextlib.suppress(FileNotFoundError):
                    (stage.folder(model) / name).replace(target)
            if signatures.NAME not in one["files"]:
                (store.folder(model) / signatures.NAME).unlink(missing_ok=True)
            if model.added:
                added.put(store.root, bundle.entry_of(model))


@contextmanager
def _stage(root: Path) -> Iterator[Path]:
    """A folder of this import's own, on the store's disk. What a killed import left is found by its free lock."""
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob(f"{STAGE}*"):
        _sweep(left)
    stage = Path(tempfile.mkdtemp(prefix=STAGE, dir=root))
    try:
        with (stage / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _sweep(left: Path) -> None:
    with contextlib.suppress(OSError), (left / ".lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(left, ignore_errors=True)
