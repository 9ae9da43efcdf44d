"""Reads streamed answers: from the connection's bytes to the runtime's events, with a sentence for whatever is odd."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ..types import Done, Event
from . import sse
from .assembly import Assembler
from .faults import Unanswered, in_stream, words
from .line import Line, Stream

WHOLE = "application/json"
END = "[DONE]"


def payloads(line: Line, stream: Stream) -> Iterator[str]:
    """What the server-sent events carry; or the one JSON text of a server that does not stream."""
    if stream.kind == "text/html":
        said = words(line.endpoint, b"<")
        raise Unanswered(f'The address of the endpoint "{line.endpoint.slug}" is not that of an API: {said}')
    if stream.kind == WHOLE:
        yield b"".join(stream.chunks()).decode("utf-8", "replace")
        return
    for event in sse.events(stream.chunks()):
        if event.kind == "error":
            raise in_stream(line.endpoint, event.data.encode())
        if event.data.strip() == END:
            return
        yield event.data


def chat(line: Line, texts: Iterable[str]) -> Iterator[Event]:
    """The events of an answer in OpenAI's chunks, `Done` at the end."""
    assembler = Assembler(line.endpoint)
    for text in texts:
        line.watch.alive()
        chunk = parsed(line, text)
        try:
            yield from assembler.feed(chunk)
        except (AttributeError, TypeError, KeyError, ValueError, OverflowError) as error:
            raise nonsense(line) from error
    yield from assembler.calls()
    if assembler.reason is None:
        raise broken_off(line)
    yield Done(assembler.reason, assembler.usage, line.endpoint.info, assembler.stop)


def parsed(line: Line, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise nonsense(line) from None


def nonsense(line: Line) -> Unanswered:
    return Unanswered(f'The endpoint "{line.endpoint.slug}" sends something that is not an answer.')


def broken_off(line: Line) -> Unanswered:
    return Unanswered(f'The endpoint "{line.endpoint.slug}" broke off in the middle of the answer.', again=True)
