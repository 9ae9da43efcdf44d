"""The stream itself: its key, its bounds, and how an event is written into it and read back."""

import contextlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple, cast
from uuid import UUID

from redis import exceptions

from . import connection

TERMINAL = frozenset({"done", "error"})
HEARTBEAT = "heartbeat"
START = "0"  # the id before the first event
MAX_EVENTS = 20_000  # far above any answer; a bound against a run that never stops talking
KEEP_OPEN = 7 * 24 * 3600
KEEP_ENDED = 24 * 3600
KEEP_SHORT = 600
# A restart of Valkey shows as one of these; BusyLoadingError (it reads its file) is a ConnectionError too.
LOST = (exceptions.ConnectionError, exceptions.TimeoutError, OSError)

RunId = UUID | str
_ID = re.compile(r"(\d{1,20})(?:-(\d{1,20}))?", re.ASCII)
_HIGHEST = 2**64 - 1  # of either number; Valkey refuses a higher one


class Event(NamedTuple):
    """One event. `id` is the stream's and the SSE's id; empty for what is not in the stream (heartbeats)."""

    id: str
    kind: str
    data: dict[str, Any]


def key(run_id: RunId) -> str:
    """The stream's key."""
    return f"run:{run_id}:events"


def is_event_id(text: str) -> bool:
    """Whether `text` can be an event's id, for instance what a browser sends as Last-Event-ID."""
    found = _ID.fullmatch(text)
    return found is not None and all(int(number or 0) <= _HIGHEST for number in found.groups())


def encode(kind: str, data: Mapping[str, Any], nonce: str) -> dict[Any, Any]:
    """An event's fields. The nonce lets a writer whose connection broke find out whether it was heard."""
    return {"kind": kind, "data": json.dumps(data, ensure_ascii=False, default=str), "nonce": nonce}


def decode(entry: tuple[bytes, dict[bytes, bytes]]) -> Event:
    """An entry of the stream as an event."""
    number, fields = entry
    return Event(number.decode(), fields[b"kind"].decode(), json.loads(fields[b"data"]))


def unpack(reply: Any) -> Iterator[Event]:
    """The events in an XREAD reply: a list of streams, or in RESP3 a mapping of streams to pages of entries."""
    if not reply:
        return
    streams = reply.items() if isinstance(reply, dict) else reply
    for _, entries in streams:
        pages = entries if entries and isinstance(entries[0], list) else [entries]
        for page in pages:
            yield from map(decode, page)


def last(run_id: RunId) -> Event | None:
    """The newest event, or None where there is none."""
    entries = cast(list[Any], connection.client().xrevrange(key(run_id), count=1))
    return decode(entries[0]) if entries else None


def is_over(run_id: RunId, after: str) -> bool:
    """Whether a follower who has seen the event `after` has seen the last one that there will ever be. While Valkey
    is away nobody knows: then no."""
    with contextlib.suppress(*LOST):
        newest = last(run_id)
        return newest is not None and newest.kind in TERMINAL and newest.id == after
    return False


def has_any(run_id: RunId, kinds: Collection[str]) -> bool:
    """Whether an event of one of these kinds was ever written."""
    after = b"-"
    while entries := cast(list[Any], connection.client().xrange(key(run_id), after, count=500)):
        if any(decode(entry).kind in kinds for entry in entries):
            return True
        after = b"(" + entries[-1][0]
    return False


def expire_soon(run_id: RunId) -> None:
    """Lets go of an ended run's events in minutes: for one that only its own caller follows, once."""
    connection.client().expire(key(run_id), KEEP_SHORT)
