"""Requests to the embedded engine: checked, rendered, and what it writes told apart: thoughts, text, tool calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from . import pool, reasoning, toolgrammar
from .checks import check
from .engine.job import End, Job, Piece
from .grammar import grammar
from .pool import Loaded
from .prompt import Prompt
from .reasoning import ReasoningParser
from .toolcalls import ToolCallParser, token
from .toolgrammar import Rules, Trigger
from .types import Cancelled, Done, Event, Prefill, Queued, Reasoning, Request


def generate(model: str | None, request: Request) -> Iterator[Event]:
    """Checks and renders at once, so that mistakes are raised here; the answer comes with the iteration."""
    loaded = pool.ready(model)
    check(request, loaded.engine.model)
    prompt = _prompt(loaded, request)
    rules = _rules(loaded, request, prompt)
    job = Job(prompt.tokens, request.params, prompt.marks, rules.grammar, rules.trigger)
    loaded.engine.check(job)
    return _events(loaded, job, Reader(loaded, request, prompt), request.cancelled)


def _prompt(loaded: Loaded, request: Request) -> Prompt:
    if request.prompt is not None:
        return loaded.renderer.complete(request.prompt, request.suffix)
    # A model that must not call a tool is not told of any: one that is would write calls as its answer.
    tools = () if request.choice == "none" else request.tools
    return loaded.renderer.render(request.messages, request.documents, tools)


def _rules(loaded: Loaded, request: Request, prompt: Prompt) -> Rules:
    """What binds the answer. A form that was asked for comes before tools: then none is called."""
    form = grammar(request.schema) if request.schema is not None else request.grammar
    if form is not None:
        return Rules(form, Trigger(None, reasoning.CLOSE.encode()) if prompt.thinking else None)
    if not request.tools:
        return Rules()
    template = loaded.engine.model.template
    return toolgrammar.rules(request.allowed_tools, request.choice, request.parallel, template, prompt.thinking)


class Reader:
    """Reads what the engine writes as a person would: thoughts, then text and calls."""

    def __init__(self, loaded: Loaded, request: Request, prompt: Prompt) -> None:
        bound = request.schema is not None or request.grammar is not None
        offered = bool(request.tools) and not bound and request.choice != "none"
        thinks = request.prompt is None and reasoning.thinks(loaded.engine.model.template)
        self._calls = ToolCallParser(tool.name for tool in request.allowed_tools) if offered else None
        self._thoughts = ReasoningParser(prompt.thinking) if thinks and (prompt.thinking or not bound) else None

    def feed(self, piece: Piece) -> Iterator[Event]:
        yield from self._told_apart(self._thoughts.feed(piece) if self._thoughts else [piece])

    def finish(self) -> Iterator[Event]:
        """What was held back to the end."""
        yield from self._told_apart(self._thoughts.finish() if self._thoughts else [])
        if self._calls:
            yield from self._calls.finish()

    @property
    def called(self) -> bool:
        """Whether a tool is to be called."""
        return self._calls is not None and self._calls.calls > 0

    def _told_apart(self, pieces: Iterable[Reasoning | Piece]) -> Iterator[Event]:
        for piece in pieces:
            if isinstance(piece, Reasoning):
                yield piece
            elif self._calls:
                yield from self._calls.feed(piece)
            else:
                yield token(piece)


def _events(loaded: Loaded, job: Job, reader: Reader, cancelled: Cancelled | None) -> Iterator[Event]:
    for message in loaded.answer(job, cancelled):
        if isinstance(message, Queued | Prefill):
            yield message
        elif isinstance(message, Piece):
            yield from reader.feed(message)
        else:
            yield from reader.finish()
            yield _done(loaded, message, reader)


def _done(loaded: Loaded, end: End, reader: Reader) -> Done:
    called = reader.called and end.reason in ("stop", "length")
    return Done("tool_calls" if called else end.reason, end.usage, loaded.info, end.stop)
