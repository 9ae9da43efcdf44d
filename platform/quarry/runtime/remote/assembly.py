"""Makes the runtime's events out of OpenAI's chunks, in which answers, calls and figures come in pieces."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...text import storable
from ..types import DoneReason, Event, Logprob, Reasoning, Token, ToolCall, Usage
from .endpoint import Endpoint
from .faults import Unanswered, in_stream

REASONS: dict[str, DoneReason] = {
    "length": "length",
    "max_tokens": "length",
    "time_limit": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}
NO_USAGE = Usage(0, 0, 0)


@dataclass
class _PartialCall:
    id: str = ""
    name: str = ""
    arguments: str = ""


class Assembler:
    """Feed it the chunks; `reason` is None until the model has said why it ended."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._calls: dict[Any, _PartialCall] = {}
        self.reason: DoneReason | None = None
        self.usage, self.stop = NO_USAGE, ""

    def feed(self, chunk: Any) -> Iterator[Event]:
        """The events of a chunk, or of a whole answer of a server that does not stream."""
        if not isinstance(chunk, dict) or chunk.get("error") or chunk.get("errors"):
            raise in_stream(self._endpoint, json.dumps(chunk).encode())
        self._count(chunk.get("usage"))
        for choice in chunk.get("choices") or ():
            if isinstance(choice, dict) and not choice.get("index"):
                yield from self._choice(choice)

    def calls(self) -> Iterator[ToolCall]:
        """The tool calls, once all of their pieces are there."""
        for call in self._calls.values():
            yield ToolCall(call.id or f"call_{secrets.token_hex(8)}", call.name, self._arguments(call))
        if self._calls:
            self.reason = "tool_calls"

    def _choice(self, choice: dict[str, Any]) -> Iterator[Event]:
        delta = choice.get("delta") or choice.get("message") or {}
        if thought := _text(delta, "reasoning_content") or _text(delta, "reasoning"):
            yield Reasoning(thought)
        text = _text(delta, "content") or _text(delta, "refusal") or _text(choice, "text")
        found = [_logprob(each) for each in ((choice.get("logprobs") or {}).get("content") or ())]
        if text or found:
            yield Token(text, found)
        for piece in delta.get("tool_calls") or ():
            self._piece(piece)
        self._end(choice)

    def _end(self, choice: Mapping[str, Any]) -> None:
        reason = choice.get("finish_reason")
        if reason == "content_filter":
            raise Unanswered(f'The content filter of the endpoint "{self._endpoint.slug}" withheld the answer.')
        if reason == "error":
            raise in_stream(self._endpoint, b"")
        if reason:
            self.reason = REASONS.get(reason, "stop")
            self.stop = _text(choice, "stop_reason")

    def _piece(self, piece: Mapping[str, Any]) -> None:
        """Some servers number the calls, others only name them, and send each in one piece."""
        key = piece.get("index")
        key = piece.get("id") or len(self._calls) if key is None else key
        call, function = self._calls.setdefault(key, _PartialCall()), piece.get("function") or {}
        call.id = call.id or _text(piece, "id")
        call.name = call.name or _text(function, "name")
        arguments = function.get("arguments")
        call.arguments += json.dumps(arguments) if isinstance(arguments, dict) else arguments or ""

    def _arguments(self, call: _PartialCall) -> dict[str, Any]:
        try:
            arguments = storable(json.loads(call.arguments or "{}"))
        except ValueError:
            arguments = None
        if not isinstance(arguments, dict) or not call.name:
            raise Unanswered(f'The endpoint "{self._endpoint.slug}" called a tool with arguments that are not JSON.')
        return arguments

    def _count(self, usage: Any) -> None:
        if isinstance(usage, dict):
            details = usage.get("prompt_tokens_details") or {}
            counts = (usage.get("prompt_tokens"), details.get("cached_tokens"), usage.get("completion_tokens"))
            self.usage = Usage(*(int(count or 0) for count in counts))


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""


def _logprob(each: Mapping[str, Any]) -> Logprob:
    top = [(_bytes(other), float(other["logprob"])) for other in each.get("top_logprobs") or ()]
    return Logprob(_bytes(each), float(each["logprob"]), top)


def _bytes(each: Mapping[str, Any]) -> bytes:
    """`bytes` may be missing, and is then the text's."""
    return bytes(each["bytes"]) if each.get("bytes") is not None else str(each.get("token", "")).encode()
