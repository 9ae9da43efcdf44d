"""What a service's refusal means, in a sentence for the person who can mend it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..types import EngineBusy, InvalidRequest, ModelUnavailable, PromptTooLong, RuntimeFault
from .endpoint import Endpoint

LONGEST = 300
RETRY_AFTER = 10.0
NUMBER = r"(\d[\d,]*)"
TOO_LONG = re.compile(
    r"context (length|window|size)|maximum (context|input|sequence)|input is too long|too many (input )?tokens"
    r"|exceeds? the (available )?(context|model)|max_seq|prompt is too long|token limit",
    re.IGNORECASE,
)
LIMIT = re.compile(rf"(?:context (?:length|window|size)|limit|maximum)\D{{0,30}}?{NUMBER}", re.IGNORECASE)
ASKED = re.compile(
    rf"(?:request(?:ed)?|result(?:ed)? in|prompt|input)\D{{0,30}}?{NUMBER} (?:input )?tokens", re.IGNORECASE
)
MISSING = re.compile(r"\b(endpoint|model|deployment|inference component)\b.*(not found|not exist)", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x1f\x7f\s]+")


class Unanswered(ModelUnavailable):
    """The endpoint gave no answer, or half of one. `again`: another try may help; `status`: HTTP's, if any."""

    def __init__(self, sentence: str, again: bool = False, status: int = 0) -> None:
        super().__init__(sentence)
        self.again, self.status = again, status


class Unsupported(InvalidRequest):
    """This endpoint cannot do what was asked for; another model may."""


def refused(endpoint: Endpoint, status: int, headers: Mapping[str, str], body: bytes) -> RuntimeFault:
    """The fault that an answer other than 200 stands for."""
    slug, said = endpoint.slug, words(endpoint, body)
    if 300 <= status < 400:
        return Unanswered(
            f'The endpoint "{slug}" leads elsewhere, and redirects are not followed: correct its address.'
        )
    if status == 429 or (status == 503 and "retry-after" in headers):
        return EngineBusy(_seconds(headers.get("retry-after", "")))
    if status == 401:
        return Unanswered(f'The endpoint "{slug}" does not accept the key: {said}', status=status)
    if status in (402, 403):
        return Unanswered(f'The key may not use "{endpoint.model}" at the endpoint "{slug}": {said}')
    if status in (404, 405) or (status == 400 and MISSING.search(said)):
        return Unanswered(
            f'The endpoint "{slug}" has no model "{endpoint.model}", or its address is wrong: {said}', status=status
        )
    if status in (400, 413, 422):
        return bad_request(endpoint, body)
    return Unanswered(f'The endpoint "{slug}" failed with status {status}: {said}', again=status >= 408, status=status)


def bad_request(endpoint: Endpoint, body: bytes) -> RuntimeFault:
    """A refusal of the request itself: mostly a prompt that is too long."""
    said = words(endpoint, body)
    if not TOO_LONG.search(said) and b"exceed_context_size" not in body:
        return InvalidRequest(f'The endpoint "{endpoint.slug}" refuses the request: {said}')
    tokens, limit = _counts(body, said)
    if tokens and limit:
        return PromptTooLong(tokens, limit)
    return InvalidRequest(f'The prompt is too long for the endpoint "{endpoint.slug}": {said}')


def in_stream(endpoint: Endpoint, body: bytes) -> RuntimeFault:
    """An error that came in the middle of an answer."""
    if TOO_LONG.search(words(endpoint, body)):
        return bad_request(endpoint, body)
    return Unanswered(f'The endpoint "{endpoint.slug}" gave up on the answer: {words(endpoint, body)}', again=True)


def words(endpoint: Endpoint, body: bytes) -> str:
    """What the server says about it: short, in one line, and never our key, which some servers repeat."""
    text = body[:65536].decode("utf-8", "replace")
    if text.lstrip()[:1] == "<":
        return "it answers with a web page instead of JSON."
    said = CONTROL.sub(" ", _message(_json(text)) or text).strip()
    if endpoint.secret:
        said = said.replace(endpoint.secret, "…")
    said = said if len(said) <= LONGEST else said[:LONGEST] + "…"
    return said or "it does not say why."


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _message(value: Any) -> str:
    """The sentence in the many shapes that services wrap it in."""
    match value:
        case str():
            return value
        case [first, *_]:
            return _message(first)
        case dict():
            keys = ("error", "errors", "detail", "message", "msg", "errorMessage", "Message", "title")
            return next((found for key in keys if (found := _message(value.get(key)))), "")
    return ""


def _counts(body: bytes, said: str) -> tuple[int, int]:
    """How many tokens the prompt has and how many fit; 0 where that is not said."""
    match _json(body.decode("utf-8", "replace")):
        case {"error": {"n_ctx": int(limit), "n_prompt_tokens": int(tokens)}}:  # llama.cpp's server
            return tokens, limit
    return _number(ASKED.search(said)), _number(LIMIT.search(said))


def _number(found: re.Match[str] | None) -> int:
    return int(found[1].replace(",", "")) if found else 0


def _seconds(retry_after: str) -> float:
    """A date instead of seconds, which HTTP allows, is rare enough to wait the usual time."""
    try:
        return min(max(float(retry_after), 0.1), 3600.0)
    except ValueError:
        return RETRY_AFTER
