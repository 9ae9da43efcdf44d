"""A model that says what a test has written down for it, at the far end of OpenAI's protocol."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from quarry import runtime
from quarry.runtime import settings
from quarry.runtime.remote import Endpoint

from tests.runtime.remote.serving import Served, Talk, chunk, serving, sse

MODEL = "endpoint/scripted"
Line = str | Sequence[tuple[str, Mapping[str, Any]]]  # a text, or calls


@contextmanager
def scripted(*lines: Line) -> Iterator[Served]:
    """One line an answer; the last one again when there are no more."""
    left = list(lines)

    def answer(talk: Talk) -> None:
        line = left.pop(0) if len(left) > 1 else left[0]
        talk.stream("text/event-stream", sse(*_chunks(line)))

    before = settings.current()
    with serving(answer) as served:
        endpoint = Endpoint("scripted", "vllm", served.url, "m", allow_private=True)
        runtime.offer(lambda: [endpoint], lambda: [endpoint.name])
        try:
            yield served
        finally:
            settings.configure(before)


def _chunks(line: Line) -> list[dict[str, Any]]:
    if isinstance(line, str):
        return [chunk({"content": line}), chunk({}, "stop")]
    calls = [
        {"index": at, "id": f"c{at}", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for at, (name, arguments) in enumerate(line)
    ]
    return [chunk({"tool_calls": calls}), chunk({}, "tool_calls")]
