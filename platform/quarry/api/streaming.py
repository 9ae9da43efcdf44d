"""Long answers in pieces, by whichever server: Django would gather a plain iterator in memory before it sends."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpRequest

SSE_HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
Piece = TypeVar("Piece", str, bytes)
Found = TypeVar("Found")


def streamed(request: HttpRequest, pieces: Iterator[Piece]) -> Iterator[Piece] | AsyncIterator[Piece]:
    """The pieces in the form that the server which holds `request` can send one by one."""
    return _aside(pieces) if isinstance(request, ASGIRequest) else pieces


async def _aside(pieces: Iterator[Piece]) -> AsyncIterator[Piece]:
    """Makes each piece in the request's own thread: a database cursor stays with the thread that opened it."""
    while (piece := await sync_to_async(_next)(pieces)) is not None:
        yield piece


def _next(pieces: Iterator[Piece]) -> Piece | None:
    return next(pieces, None)  # StopIteration cannot leave a coroutine


async def in_thread(work: Callable[[], Found], requests_own: bool = True) -> Found:
    """Asks the database from an async view, and gives the connection back to the pool: a stream of minutes must not
    keep one. A task that goes on when the view has returned must not rely on the request's own thread: Django has
    dismissed it by then."""

    def call() -> Found:
        try:
            return work()
        finally:
            close_old_connections()

    return await sync_to_async(call, thread_sensitive=requests_own)()
