"""Finds tool calls in the text that a model writes.

Granite writes <tool_call> newline JSON newline </tool_call> (Granite 3: <|tool_call|> and a list); Qwen writes the JSON
in a ``` fence, or bare. From the first sign of a call on, text is held back until it is clear what it is; what is no
call of an offered tool after all comes out as text.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from ..text import storable
from .engine.job import Piece
from .held import Held
from .types import Token, ToolCall

# What opens a call, and what closes it. Granite 3's list goes on to the end of the answer.
FORMS = {"<tool_call>": "</tool_call>", "```": "```", "<tools>": "</tools>", "<|tool_call|>": ""}
TAGS = ("<tool_call>", "<|tool_call|>")
NAME = re.compile(r'\A[^"]{0,40}"name"\s*:\s*"([^"]*)"')
LABEL = re.compile(r"\A[a-zA-Z_]*\s*")
DECODER = json.JSONDecoder()
BETWEEN = re.compile(r"(?:[\s,]|</?(?:tool_call|tools|xml)>|```[a-zA-Z_]*)*")


class ToolCallParser:
    """Feed it the text as it comes."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)
        self._held = Held()
        self._given = False
        self.calls = 0

    def feed(self, piece: Piece) -> Iterator[Token | ToolCall]:
        """What is clear by now."""
        self._held.add(piece)
        while self._held.text and not self._may_be_bare():
            opener = self._opener()
            if opener is None:
                yield from self._give(len(self._held.text) - self._held.may_become(*FORMS))
                return
            start, form = opener
            yield from self._give(start)
            end = self._end(form)
            if end < 0:
                return
            yield from self._close(self._held.text[len(form) : end], end + len(FORMS[form]))

    def finish(self) -> Iterator[Token | ToolCall]:
        """The rest: a call whose end the model did not write, or text."""
        rest = self._held.text
        form = next((form for form in FORMS if rest.startswith(form)), "")
        unfinished = self._held.may_become(FORMS[form]) if form else 0
        body = rest[len(form) : len(rest) - unfinished]
        calls = self._parse(body)
        if calls:
            yield from calls
        elif not self._cut_off(rest, body):
            yield from self._give(len(rest))

    def _cut_off(self, rest: str, body: str) -> bool:
        """Whether this is a call that the end of the answer came too early for: nothing to show to anybody."""
        name = NAME.search(body)
        return _goes_on(body) and (rest.startswith(TAGS) or (name is not None and name[1] in self._names))

    def _may_be_bare(self) -> bool:
        """The answer begins with a brace: it is held back to its end."""
        return not self._given and self._held.text.lstrip()[:1] in ("{", "[")

    def _opener(self) -> tuple[int, str] | None:
        found = [(at, form) for form in FORMS if (at := self._held.text.find(form)) >= 0]
        return min(found, default=None)

    def _end(self, form: str) -> int:
        """Where the form is closed, -1 if it is not yet. What looks like the end may be a letter of an argument."""
        end, closer = len(form) - 1, FORMS[form]
        while closer and (end := self._held.text.find(closer, end + 1)) >= 0:
            if not _goes_on(self._held.text[len(form) : end]):
                return end
        return -1

    def _give(self, length: int) -> Iterator[Token]:
        piece = self._held.take(length)
        if piece.text.strip():
            self._given = True
        # Line breaks between calls are not an answer.
        if piece.text and not (self.calls and not piece.text.strip()):
            yield token(piece)

    def _close(self, body: str, length: int) -> Iterator[Token | ToolCall]:
        calls = self._parse(body)
        if calls:
            self._held.take(length)
            yield from calls
        else:
            yield from self._give(length)

    def _parse(self, body: str) -> list[ToolCall]:
        """The calls in a body; empty where it is anything else, or calls something that is not offered."""
        values = _values(body) or _values(LABEL.sub("", body, count=1))
        if not values or not all(self._is_call(value) for value in values):
            return []
        self.calls += len(values)
        return [ToolCall(f"call_{secrets.token_hex(8)}", v["name"], _arguments(v)) for v in values]

    def _is_call(self, value: Any) -> bool:
        if not isinstance(value, dict) or not isinstance(value.get("name"), str):
            return False
        return value["name"] in self._names and isinstance(_arguments(value), dict)


def token(piece: Piece) -> Token:
    """The piece as callers of the runtime see it."""
    return Token(piece.text, tuple(logprob for _, logprob in piece.marks))


def _arguments(value: dict[str, Any]) -> Any:
    arguments = value.get("arguments", value.get("parameters", {}))
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except (ValueError, RecursionError):
            return None
    return storable(arguments)


def _values(text: str) -> list[Any]:
    """JSON values, one after the other or in a list."""
    values: list[Any] = []
    at = _skip(text, 0)
    while at < len(text):
        try:
            value, at = _value(text, at)
        except (ValueError, RecursionError):
            return []
        values.extend(value if isinstance(value, list) else [value])
        at = _skip(text, at)
    return values


def _value(text: str, at: int) -> tuple[Any, int]:
    """One value, and where it ends; without the second pair of braces, which Qwen's template shows by mistake and its
    models sometimes copy."""
    if not text.startswith("{{", at):
        return DECODER.raw_decode(text, at)
    value, end = DECODER.raw_decode(text, at + 1)
    end = _skip(text, end)
    if text[end : end + 1] not in ("}", ""):
        raise ValueError("The second pair of braces is not closed.")
    return value, end + 1


def _skip(text: str, at: int) -> int:
    found = BETWEEN.match(text, at)
    return found.end() if found else at


def _goes_on(body: str) -> bool:
    """Whether a body of JSON breaks off in the middle."""
    at = _skip(body, LABEL.match(body).end())  # type: ignore[union-attr]
    if body[at : at + 1] not in ("{", "["):
        return False
    depth, quoted, escaped = 0, False, False
    for letter in body[at:]:
        if quoted:
            quoted, escaped = escaped or letter != '"', not escaped and letter == "\\"
        elif letter == '"':
            quoted = True
        else:
            depth += (letter in "{[") - (letter in "}]")
    return quoted or depth > 0
