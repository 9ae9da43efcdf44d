"""Requests to the embedded engine: checked, rendered, and what it writes told apart into text and tool calls."""

from __future__ import annotations

from collections.abc import Iterator

from . import pool
from .engine.job import End, Job, Piece
from .grammar import grammar
from .pool import Loaded
from .toolcalls import ToolCallParser
from .types import Cancelled, Done, Event, InvalidRequest, Params, Prefill, Queued, Request, Token


def generate(model: str | None, request: Request) -> Iterator[Event]:
    """Checks and renders at once, so that mistakes are raised here; the answer comes with the iteration."""
    loaded = pool.ready(model)
    _check(request.params)
    prompt = loaded.renderer.render(request.messages, request.documents, request.tools)
    job = Job(prompt.tokens, request.params, prompt.marks, grammar(request.schema))
    loaded.engine.check(job)
    offered = bool(request.tools) and request.schema is None and request.choice != "none"
    parser = ToolCallParser(tool.name for tool in request.tools) if offered else None
    return _events(loaded, job, parser, request.cancelled)


def _check(params: Params) -> None:
    if params.max_tokens < 1:
        raise InvalidRequest("max_tokens must be at least 1.")
    if not 0 <= params.temperature <= 5 or not 0 < params.top_p <= 1:
        raise InvalidRequest("temperature must be between 0 and 5, and top_p above 0 and at most 1.")
    if not all(text and 0 <= least <= 1 for text, least in params.openings.items()):
        raise InvalidRequest("openings must be texts with a probability between 0 and 1.")


def _events(loaded: Loaded, job: Job, parser: ToolCallParser | None, cancelled: Cancelled | None) -> Iterator[Event]:
    for message in loaded.answer(job, cancelled):
        if isinstance(message, Queued | Prefill):
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
