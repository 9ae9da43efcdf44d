"""Finds tool calls in the text that a model writes.

Granite writes <tool_call> newline JSON newline </tool_call>; Qwen writes the JSON in a ``` fence, or bare. From the
first sign of a call on, text is held back until it is clear what it is; what is no call after all comes out as text.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from .types import Token, ToolCall

# What opens a call, and what closes it.
FORMS = {"<tool_call>": "</tool_call>", "```": "```", "<tools>": "</tools>"}
LABEL = re.compile(r"\A[a-zA-Z_]*\s*")
INNER = re.compile(r"</?(tool_call|tools|xml)>")


class ToolCallParser:
    """Feed it the text as it comes."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)
        self._held = ""
        self._given = False
        self.calls = 0

    def feed(self, text: str) -> Iterator[Token | ToolCall]:
        """What is clear by now."""
        self._held += text
        while self._held and not self._may_be_bare():
            opener = self._opener()
            if opener is None:
                yield from self._give(len(self._held) - self._unsure())
                return
            start, form = opener
            yield from self._give(start)
            end = self._held.find(FORMS[form], len(form))
            if end < 0:
                return
            yield from self._close(self._held[len(form) : end], end + len(FORMS[form]))

    def finish(self) -> Iterator[Token | ToolCall]:
        """The rest: a call whose end the model did not write, or text."""
        rest, self._held = self._held, ""
        body = rest
        for form in FORMS:
            body = body.removeprefix(form)
        calls = self._parse(body)
        if calls:
            yield from calls
        elif rest.strip() or not self.calls:
            yield from self._text(rest)

    def _may_be_bare(self) -> bool:
        """The answer begins with a brace: it is held back to its end."""
        return not self._given and self._held.lstrip()[:1] in ("{", "[")

    def _opener(self) -> tuple[int, str] | None:
        found = [(at, form) for form in FORMS if (at := self._held.find(form)) >= 0]
        return min(found, default=None)

    def _unsure(self) -> int:
        """Length of a tail that may become an opener."""
        for length in range(min(len(self._held), max(map(len, FORMS)) - 1), 0, -1):
            if any(form.startswith(self._held[-length:]) for form in FORMS):
                return length
        return 0

    def _give(self, length: int) -> Iterator[Token]:
        text, self._held = self._held[:length], self._held[length:]
        yield from self._text(text)

    def _text(self, text: str) -> Iterator[Token]:
        if text.strip():
            self._given = True
        if text and not (self.calls and not text.strip()):  # line breaks between calls are not an answer
            yield Token(text)

    def _close(self, body: str, length: int) -> Iterator[Token | ToolCall]:
        calls = self._parse(body)
        if calls:
            self._held = self._held[length:]
            yield from calls
        else:
            yield from self._give(length)

    def _parse(self, body: str) -> list[ToolCall]:
        """The calls in a body; empty where it is anything else, or calls something that is not offered."""
        text = INNER.sub("\n", body).strip()
        values = _values(text) or _values(LABEL.sub("", text))
        if not values or not all(self._is_call(value) for value in values):
            return []
        self.calls += len(values)
        return [ToolCall(f"call_{secrets.token_hex(8)}", v["name"], _arguments(v)) for v in values]

    def _is_call(self, value: Any) -> bool:
        return isinstance(value, dict) and value.get("name") in self._names and isinstance(_arguments(value), dict)


def _arguments(value: dict[str, Any]) -> Any:
    arguments = value.get("arguments", value.get("parameters", {}))
    if isinstance(arguments, str):
        try:
            return json.loads(arguments)
        except ValueError:
            return None
    return arguments


def _values(text: str) -> list[Any]:
    """JSON values, one after the other or in a list."""
    decoder, values, at = json.JSONDecoder(), [], 0
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:
            return []
        values.extend(value if isinstance(value, list) else [value])
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
    return values
