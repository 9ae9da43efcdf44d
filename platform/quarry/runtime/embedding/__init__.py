"""Embedding: here where this process hosts the model, else through the process that does."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from .. import settings
from ..store import Store
from ..types import EmbedKind, InvalidRequest, ModelUnavailable, Vectors
from . import space
from .model import Embedder

_lock = threading.Lock()
_loaded: dict[str, Embedder] = {}


def embed(texts: Sequence[str], kind: EmbedKind, wanted: str | None = None) -> Vectors:
    """Vectors of the texts; a space other than this installation's is refused."""
    current = settings.current()
    if current.embed_via is not None:
        return current.embed_via(texts, kind, wanted)
    name, _ = embedding_space()
    if wanted is not None and wanted != name:
        raise InvalidRequest(f'This installation embeds into "{name}", not into "{wanted}".')
    return load().embed(texts, kind)


def load() -> Embedder:
    """The embedder of this process, verified and loaded at the first call."""
    store = Store(settings.current().models)
    with _lock:
        model = space.chosen(store)
        key = str(store.folder(model))
        if key not in _loaded:
            store.verify(model)
            _loaded[key] = Embedder(model, store.folder(model))
        return _loaded[key]


def embedding_space() -> tuple[str, int]:
    """Name and dimension; reads the store's manifest, not the model."""
    store = Store(settings.current().models)
    model = space.chosen(store)
    return space.name(model, store.pinned(model)), int(model.dimension or 0)


def related_similarity() -> float | None:
    """See the door."""
    try:
        return space.chosen(Store(settings.current().models)).related
    except ModelUnavailable:
        return None
