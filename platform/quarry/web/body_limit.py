"""Bounds what a request may send, before Django writes it to the disk.

Django takes a request's whole body in before anything looks at it, so without this a single unknown caller could fill
the disk. It also counts what comes without a declared length, which Django would take for an empty form.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from django.utils import translation

from quarry.api.language import asked_for
from quarry.api.openai import with_error
from quarry.api.problem import CONTENT_TYPE, Problem

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

FORM_BYTES = 64 * 1024  # what a form adds to its file
DRAIN_SECONDS = 30.0


class TooLarge(Exception):
    """More arrived than the request may hold."""


class BodyLimit:
    """An ASGI application around another: forms may bring a file of `upload` bytes, all else up to `other`."""

    def __init__(self, application: Application, upload: int, other: int) -> None:
        self.application, self.upload, self.other = application, upload, other

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        headers = dict(scope["headers"])
        form = headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data")
        limit = self.upload + FORM_BYTES if form else self.other
        problem = too_large(self.upload) if form else Problem(413, f"A request may hold {self.other // 1024**2} MB.")
        try:
            if int(headers.get(b"content-length", 0)) > limit:
                raise TooLarge
            counted = dict(scope)
            await self.application(counted, _counting(counted, receive, limit), send)
        except TooLarge:
            language = asked_for(headers.get(b"accept-language", b"").decode("latin-1"))
            await _refuse(problem, scope["path"], language, receive, send)


def too_large(limit: int) -> Problem:
    """A file of more than `limit` bytes."""
    return Problem(413, f"The file is too large: at most {limit // 1024**2} MB are accepted.", code="too_large")


def _counting(scope: Scope, receive: Receive, limit: int) -> Receive:
    seen = 0

    async def count() -> Mapping[str, Any]:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise TooLarge
        if seen and not message.get("more_body"):
            scope["headers"] = _with_length(scope["headers"], seen)
        return message

    return count


def _with_length(headers: Iterable[tuple[bytes, bytes]], length: int) -> list[tuple[bytes, bytes]]:
    """Only now is it known of a body that came in chunks."""
    return [
        *((name, value) for name, value in headers if name != b"content-length"),
        (b"content-length", b"%d" % length),
    ]


async def _refuse(problem: Problem, path: str, language: str, receive: Receive, send: Send) -> None:
    """Answers at once, and then listens for a while without keeping anything: a connection that is closed while the
    other side still sends is torn down before the answer is read."""
    with translation.override(language):
        body = json.dumps(with_error(path, problem.body())).encode()
    headers = [
        (b"content-type", CONTENT_TYPE.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"content-language", language.encode()),
        (b"vary", b"Accept-Language"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while (await receive()).get("more_body"):
                pass
    await send({"type": "http.response.body", "body": b""})
