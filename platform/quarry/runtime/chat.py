"""The chat model of this process: chosen, verified, loaded; and requests to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from . import select, settings
from .catalogue import Model, find
from .engine.engine import Engine
from .engine.job import End, Job, Piece, Queued
from .engine.model import LoadedModel
from .engine.options import context_for, for_model
from .grammar import grammar
from .prompt import Renderer
from .store import Store
from .toolcalls import ToolCallParser
from .types import (
    Cancelled,
    Document,
    Done,
    Event,
    InvalidRequest,
    Message,
    ModelInfo,
    ModelUnavailable,
    Params,
    Prefill,
    Token,
    Tool,
)


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


def generate(
    messages: Sequence[Message],
    model: str | None,
    documents: Sequence[Document],
    tools: Sequence[Tool],
    schema: Mapping[str, Any] | None,
    params: Params,
    cancelled: Cancelled | None,
) -> Iterator[Event]:
    """Checks and renders at once, so that mistakes are raised here; the answer comes with the iteration."""
    loaded = _ready(model)
    _check(params)
    prompt = loaded.renderer.render(messages, documents, tools)
    job = Job(prompt.tokens, params, prompt.stable, grammar(schema))
    loaded.engine.check(job)
    parser = ToolCallParser(tool.name for tool in tools) if tools and schema is None else None
    return _events(loaded, job, parser, cancelled)


def _ready(model: str | None) -> Loaded:
    with _lock:
        loaded = _loaded
    if loaded is None:
        raise ModelUnavailable("The chat model is not loaded in this process.")
    if model is not None and model != loaded.info.id:
        find(model)
        raise ModelUnavailable(f'This installation answers with "{loaded.info.id}"; "{model}" is not loaded.')
    return loaded


def _check(params: Params) -> None:
    if params.max_tokens < 1:
        raise InvalidRequest("max_tokens must be at least 1.")
    if not 0 <= params.temperature <= 5 or not 0 < params.top_p <= 1:
        raise InvalidRequest("temperature must be between 0 and 5, and top_p above 0 and at most 1.")
    if not all(text and 0 <= least <= 1 for text, least in params.openings.items()):
        raise InvalidRequest("openings must be texts with a probability between 0 and 1.")


def _events(loaded: Loaded, job: Job, parser: ToolCallParser | None, cancelled: Cancelled | None) -> Iterator[Event]:
    for message in loaded.engine.answer(job, cancelled):
        if isinstance(message, Queued):
            continue
        if isinstance(message, Prefill):
            yield message
        elif isinstance(message, Piece):
            yield from parser.feed(message.text) if parser else (Token(message.text),)
        else:
            if parser:
                yield from parser.finish()
            yield _done(loaded, message, parser)


def _done(loaded: Loaded, end: End, parser: ToolCallParser | None) -> Done:
    called = parser is not None and parser.calls and end.reason in ("stop", "length")
    return Done("tool_calls" if called else end.reason, end.usage, loaded.info, end.stop)


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
