"""Long answers in pieces, by whichever server: Django would gather a plain iterator in memory before it sends."""

from collections.abc import AsyncIterator, Iterator
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest

Piece = TypeVar("Piece", str, bytes)


def streamed(request: HttpRequest, pieces: Iterator[Piece]) -> Iterator[Piece] | AsyncIterator[Piece]:
    """The pieces in the form that the server which holds `request` can send one by one."""
    return _aside(pieces) if isinstance(request, ASGIRequest) else pieces


async def _aside(pieces: Iterator[Piece]) -> AsyncIterator[Piece]:
    """Makes each piece in the request's own thread: a database cursor stays with the thread that opened it."""
    while (piece := await sync_to_async(_next)(pieces)) is not None:
        yield piece


def _next(pieces: Iterator[Piece]) -> Piece | None:
    return next(pieces, None)  # StopIteration cannot leave a coroutine
