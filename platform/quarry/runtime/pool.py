"""The chat models of this process: chosen, verified, loaded."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from . import select, settings
from .catalogue import Model, find
from .engine.engine import Engine
from .engine.model import LoadedModel
from .engine.options import context_for, for_model
from .prompt import Renderer
from .store import Store
from .types import ModelInfo, ModelUnavailable


@dataclass(frozen=True)
class Loaded:
    """What `load` made."""

    info: ModelInfo
    engine: Engine
    renderer: Renderer


_lock = threading.RLock()
_loaded: Loaded | None = None


def load() -> ModelInfo:
    """Verifies and loads; see the door."""
    global _loaded
    with _lock:
        if _loaded is None:
            store = Store(settings.current().models)
            model = select.current(store, settings.current())
            sha256 = store.verify(model)
            engine = Engine(store.path(model), for_model(model))
            info = ModelInfo(model.id, sha256, engine.context.size)
            _loaded = Loaded(info, engine, Renderer(engine.model))
        return _loaded.info


def unload() -> None:
    global _loaded
    with _lock:
        if _loaded is not None:
            _loaded.engine.close()
            _loaded = None


def current_model() -> ModelInfo:
    with _lock:
        if _loaded is not None:
            return _loaded.info
    store = Store(settings.current().models)
    model = select.current(store, settings.current())
    return ModelInfo(model.id, store.pinned(model), context_for(model))


def ready(model: str | None) -> Loaded:
    """The model, loaded; None is the chat model of this installation."""
    with _lock:
        loaded = _loaded
    if loaded is None:
        raise ModelUnavailable("The chat model is not loaded in this process.")
    if model is not None and model != loaded.info.id:
        find(model)
        raise ModelUnavailable(f'This installation answers with "{loaded.info.id}"; "{model}" is not loaded.')
    return loaded


def count_tokens(text: str) -> int:
    with _lock:
        loaded = _loaded
    vocabulary = loaded.engine.model if loaded else _vocabulary(_file())
    return len(vocabulary.tokenize(text, special=False))


def _file() -> Path:
    store = Store(settings.current().models)
    model: Model = select.current(store, settings.current())
    store.verify(model)
    return store.path(model)


@cache
def _vocabulary(path: Path) -> LoadedModel:
    """Only the vocabulary: a few tens of megabytes, and no context."""
    return LoadedModel(path)
