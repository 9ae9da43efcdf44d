"""What a service answered, as text that a model can read and data that people and programs can."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from agents.tools import masking
from ingestion.parse import web
from ingestion.parse.encoding import decode
from ingestion.parse.types import ParseError

from .words import short, visible

LONGEST_FAULT = 600
FORMS = {"application/xml", "application/x-ndjson", "application/yaml", "application/x-yaml", "application/javascript"}


class Unreadable(Exception):
    """The answer came, but it is nothing to read; the text says what it is."""


@dataclass(frozen=True)
class Answer:
    """A whole answer of a service."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        declared = self.headers.get("content-type", "").lower().partition("charset=")[2]
        return declared.partition(";")[0].strip(" \"'") or None


def read(answer: Answer) -> tuple[str, Any]:
    """The text for the model and the value for others. Raises `Unreadable`."""
    if not answer.body.strip():
        return f"The service answered {answer.status} {_phrase(answer.status)}, with nothing more.", None
    if _is_json(answer):
        try:
            value = json.loads(answer.body)
            return lines(value), value
        except (ValueError, RecursionError):
            if not _is_text(answer):
                raise Unreadable("The answer is called JSON, but is none.") from None
    if answer.kind in ("text/html", "application/xhtml+xml"):
        text = _page(answer)
    elif _is_text(answer):
        text = _text(answer)
    else:
        size = f"{len(answer.body):,} bytes"
        raise Unreadable(f"The answer is a file ({short(answer.kind, 60) or 'of no known type'}, {size}), not text.")
    return text.strip(), text.strip()


def lines(value: Any) -> str:
    """JSON in few characters, but a line for each entry, so that it can be cut and read on."""
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(_compact(each) for each in value) + "\n]"
    if isinstance(value, Mapping) and len(value) > 1:
        inner = [f"{_compact(key)}: {lines(each) if _long(each) else _compact(each)}" for key, each in value.items()]
        return "{\n" + ",\n".join(inner) + "\n}"
    if isinstance(value, Mapping) and value:
        key, each = next(iter(value.items()))
        return f"{{{_compact(key)}: {lines(each)}}}"
    return value if isinstance(value, str) else _compact(value)


def fault(answer: Answer, hidden: list[str]) -> str:
    """An error's status and the beginning of what the service says about it, in one line. What is hidden is hidden
    before it is cut: nobody would find half a key again."""
    try:
        text = _compact(json.loads(answer.body)) if _is_json(answer) else read(answer)[0]
    except (ValueError, RecursionError, Unreadable):
        text = answer.body.decode("utf-8", "replace") if _is_text(answer) else ""
    said = masking.masked(" ".join(visible(text).split()), hidden)
    said = said if len(said) <= LONGEST_FAULT else said[: LONGEST_FAULT - 1] + "…"
    return f"{answer.status} {_phrase(answer.status)}" + (f": {said}" if answer.body.strip() and said else "")


def _text(answer: Answer) -> str:
    try:
        return visible(decode(answer.body, answer.charset)[0])
    except ParseError:
        raise Unreadable("The answer is called text, but is none.") from None


def _page(answer: Answer) -> str:
    try:
        return web.parse(answer.body).text
    except (ParseError, RecursionError):
        raise Unreadable("The answer is a page that cannot be read.") from None


def _is_json(answer: Answer) -> bool:
    if answer.kind in ("application/json", "text/json") or answer.kind.endswith("+json"):
        return True
    return answer.kind in ("", "text/plain", "application/octet-stream") and answer.body.lstrip()[:1] in (b"{", b"[")


def _is_text(answer: Answer) -> bool:
    if answer.kind:
        return (
            answer.kind.startswith("text/") or answer.kind in FORMS or answer.kind.endswith(("json", "+xml", "+yaml"))
        )
    return b"\x00" not in answer.body


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def _long(value: Any) -> bool:
    return isinstance(value, list | dict) and len(_compact(value)) > 200


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
