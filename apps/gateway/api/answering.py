"""From a run's events to the answer of a request, at once or as a stream.

The web process writes nothing itself: it follows the run, which goes on in a worker, and stops it when the client goes.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from django.db import close_old_connections
from django.http import HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils.translation import get_language, override
from quarry import events
from quarry.api import Problem
from quarry.api.openai import error
from quarry.api.streaming import SSE_HEADERS, in_thread

import agents.actions
import agents.selectors
from agents.models import Run
from apps.accounts.models import User
from apps.gateway.api.shape import Shape

BEGIN_SECONDS = 5.0  # how long the answer's head waits for a fault that has a status of its own
UNREAD_SECONDS = 10.0  # how long a stream that was handed over may lie unread: its client is gone then
# What an error of a run is as a status; the rest is a fault of ours.
STATUSES = {"context-length": 400, "invalid-request": 400, "model": 503, "time-limit": 504, "interrupted": 503}
WAITS = "This waits for an approval. Somebody who may give it finds it in Quarry, and the answer as well."
Found = TypeVar("Found")
logger = logging.getLogger(__name__)
_closing: set[asyncio.Future[None]] = set()  # the loop itself holds its tasks weakly


class Following:
    """A run whose client waits for it. Left before its end, it is stopped."""

    def __init__(self, person: User, run: Run) -> None:
        self._person, self._run = person, run
        self._ended = False
        self._events = events.follow_async(run.pk, ended=self._row)
        self._coming: asyncio.Future[events.Event] | None = None

    async def next(self, seconds: float | None = None) -> events.Event | None:
        """The next event; None where it does not come in time, which loses nothing."""
        self._coming = self._coming or asyncio.ensure_future(anext(self._events))
        await asyncio.wait({self._coming}, timeout=seconds)
        if not self._coming.done():
            return None
        event, self._coming = self._coming.result(), None
        if event.kind == "approval_required":
            event = waiting(self._run)
        self._ended = event.kind in events.TERMINAL
        if event.data.get("citations"):
            return await in_thread(lambda: agents.selectors.visible_event(self._person, event))
        return event

    def leave(self) -> None:
        """Nobody waits any more. Nothing is awaited: the task that would wait is itself being cancelled."""
        closing = asyncio.ensure_future(self._close())
        _closing.add(closing)
        closing.add_done_callback(_closing.discard)
        if not self._ended:
            asyncio.get_running_loop().run_in_executor(None, _stop, self._person, self._run)

    async def _close(self) -> None:
        """Gives the follower's connection back now, not when somebody collects the garbage."""
        if self._coming is not None:
            self._coming.cancel()
            await asyncio.wait({self._coming})
        await self._events.aclose()

    async def _row(self) -> events.Event | None:
        return await in_thread(lambda: _ended_event(self._run), requests_own=False)


def waiting(run: Run) -> events.Event:
    """The end of the answer for a client whose run waits for a person: that may take days, and the run goes on without
    the client."""
    facts = {"run": str(run.pk), "status": Run.Status.AWAITING_APPROVAL.value}
    none: dict[str, Any] = {"citations": [], "usage": None, "model": "", "result": None}
    return events.Event("", "done", {"status": facts["status"], "detail": WAITS, "quarry": facts, **none})


def _ended_event(run: Run) -> events.Event | None:
    if Run.objects.filter(pk=run.pk, status=Run.Status.AWAITING_APPROVAL).exists():
        return waiting(run)
    return agents.selectors.ended_event(run.pk)


def _stop(person: User, run: Run) -> None:
    try:
        agents.actions.cancel(person, run)
    except Exception:
        logger.exception("Run %s, whose client is gone, could not be stopped", run.pk)
    finally:
        close_old_connections()


async def begun(person: User, begin: Callable[[], tuple[Run, Found]]) -> tuple[Run, Found]:
    """The run that `begin` makes in a thread. A client that goes meanwhile cannot end the thread, so its run is stopped
    as soon as there is one."""
    beginning = asyncio.ensure_future(in_thread(begin, requests_own=False))
    try:
        return await asyncio.shield(beginning)
    except asyncio.CancelledError:
        beginning.add_done_callback(lambda done: _leave_begun(person, done))
        raise


def _leave_begun(person: User, beginning: "asyncio.Future[tuple[Run, Any]]") -> None:
    if not beginning.cancelled() and beginning.exception() is None:
        asyncio.get_running_loop().run_in_executor(None, _stop, person, beginning.result()[0])


async def at_once(person: User, run: Run, shape: Shape) -> HttpResponseBase:
    """The whole answer."""
    following = Following(person, run)
    try:
        while (event := await following.next()) is None or event.kind not in events.TERMINAL:
            pass
    finally:
        following.leave()
    return JsonResponse(shape.whole(_good(event)), json_dumps_params={"ensure_ascii": False})


async def streamed(person: User, run: Run, shape: Shape) -> HttpResponseBase:
    """The answer as it is written. What fails before its first word has a status, as without a stream."""
    following = Following(person, run)
    try:
        first = await _first(following)
        if first is not None and first.kind == "error":
            _good(first)
    except BaseException:
        following.leave()
        raise
    unread = asyncio.get_running_loop().call_later(UNREAD_SECONDS, following.leave)
    body = _body(following, unread, shape, first, get_language())
    return StreamingHttpResponse(body, content_type="text/event-stream", headers=SSE_HEADERS)


async def _first(following: Following) -> events.Event | None:
    """The first event that says more than that the run waits; None where that takes too long for a client that wants
    to know whether it was heard."""
    clock = asyncio.get_running_loop().time
    until = clock() + BEGIN_SECONDS
    while (left := until - clock()) > 0:
        event = await following.next(left)
        if event is None or event.kind not in ("queued", events.HEARTBEAT):
            return event
    return None


async def _body(
    following: Following, unread: asyncio.Handle, shape: Shape, first: events.Event | None, language: str | None
) -> AsyncIterator[str]:
    """The language is the request's, which is over for Django before this begins. It never begins, and so never ends,
    where the client goes before Django reads: then `unread` ends the following."""
    unread.cancel()
    try:
        yield "".join(map(_data, shape.opening())) or ": begin\n\n"
        event = first or await following.next()
        while event is not None:
            with override(language):
                text = _text(shape, event)
            if text:
                yield text
            event = None if event.kind in events.TERMINAL else await following.next()
        yield "data: [DONE]\n\n"
    finally:
        following.leave()


def _text(shape: Shape, event: events.Event) -> str:
    if event.kind == events.HEARTBEAT:
        return ": heartbeat\n\n"
    if event.kind == "queued":
        return f": waiting, place {event.data['position']}\n\n"
    try:
        return "".join(map(_data, shape.chunks(_good(event))))
    except Problem as problem:
        return _data({"error": error(problem.body())})


def _good(event: events.Event) -> events.Event:
    """The event; a problem where it tells of one."""
    if event.kind == "error":
        code = event.data["type"].rpartition(":")[2]
        raise Problem(STATUSES.get(code, 500), event.data["detail"], title=event.data["title"], code=code)
    if event.kind == "done" and event.data["status"] == "cancelled" and event.data["result"] is None:
        raise Problem(409, "This was stopped before it was answered.", code="cancelled")
    return event


def _data(chunk: dict[str, Any]) -> str:
    return f"data: {json.dumps(chunk, ensure_ascii=False, separators=(',', ':'))}\n\n"
