"""Reading a run's events as they come, from any event on, until the run has ended."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, closing
from typing import Any

import redis
import redis.asyncio

from . import connection, stream
from .stream import Event

BLOCK = 2.0  # seconds to wait for news before the row is asked; a stream that lost its end shows then
BEAT = 15.0
RETRY = 0.3
PAGE = 500

Ended = Callable[[], Event | None]
EndedAsync = Callable[[], Awaitable[Event | None]]


class _Position:
    """Where a follower stands: the last id it saw, when it last spoke, and whether the run has ended."""

    def __init__(self, run_id: stream.RunId, after: str, heartbeat: float) -> None:
        self.key, self.after = stream.key(run_id), after
        self.finished = False
        self._started = False
        self._heartbeat, self._spoke = heartbeat, time.monotonic()

    def block(self) -> int | None:
        """XREAD's wait in milliseconds; the first read does not wait, since the run may have ended long ago."""
        started, self._started = self._started, True
        return int(min(BLOCK, self._heartbeat) * 1000) if started else None

    def take(self, events: Sequence[Event], final: Event | None) -> Iterator[Event]:
        """What the follower says: the news up to the end, the end as the row tells it, or a sign of life."""
        for event in events:
            self.after, self._spoke = event.id, time.monotonic()
            self.finished = event.kind in stream.TERMINAL
            yield event
            if self.finished:
                return
        if final is not None:
            self.finished = True
            yield final
        elif time.monotonic() - self._spoke >= self._heartbeat:
            self._spoke = time.monotonic()
            yield Event("", stream.HEARTBEAT, {})


def follow(
    run_id: stream.RunId, after: str = stream.START, *, ended: Ended, heartbeat: float = BEAT
) -> Iterator[Event]:
    """Yields the events after the one with id `after`; the last is of a kind in TERMINAL.

    `ended` asks the database: None while the run goes on, else the last event as the row tells it. It is used where
    the stream has expired or its writer died before the end was written. Heartbeats come when nothing else does.
    """
    position = _Position(run_id, after, heartbeat)
    with closing(connection.connect()) as client:
        while not position.finished:
            try:
                events, final = _look(client, position, ended)
            except stream.LOST:
                time.sleep(RETRY)
                events, final = [], ended()
            yield from position.take(events, final)


async def follow_async(
    run_id: stream.RunId, after: str = stream.START, *, ended: EndedAsync, heartbeat: float = BEAT
) -> AsyncGenerator[Event, None]:
    """`follow` for an async view: the same events, without holding a thread."""
    position = _Position(run_id, after, heartbeat)
    async with aclosing(connection.connect_async()) as client:
        while not position.finished:
            try:
                events, final = await _look_async(client, position, ended)
            except stream.LOST:
                await asyncio.sleep(RETRY)
                events, final = [], await ended()
            for event in position.take(events, final):
                yield event


def _look(client: redis.Redis, position: _Position, ended: Ended) -> tuple[list[Event], Event | None]:
    events = _unpack(client.xread({position.key: position.after}, count=PAGE, block=position.block()))
    if events or (final := ended()) is None:
        return events, None
    # What was written between the two questions still comes before the end.
    return _unpack(client.xread({position.key: position.after}, count=PAGE)), final


async def _look_async(
    client: redis.asyncio.Redis, position: _Position, ended: EndedAsync
) -> tuple[list[Event], Event | None]:
    events = _unpack(await client.xread({position.key: position.after}, count=PAGE, block=position.block()))
    if events or (final := await ended()) is None:
        return events, None
    return _unpack(await client.xread({position.key: position.after}, count=PAGE)), final


def _unpack(reply: Any) -> list[Event]:
    return list(stream.unpack(reply))
