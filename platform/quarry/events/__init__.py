"""What happens to a run, as it happens: one append-only Redis stream a run.

Workers `publish` (or write through a `Publisher`, which joins tokens), anybody may `follow` from any event's id on,
and `request_cancel` raises the flag that the engine reads between tokens. The database row stays the truth: a stream
expires a day after its run ended, and a follower is told how to ask the row, so that it can never hang.
"""

from .cancel import cancel_check, clear_cancel, is_cancelled, request_cancel
from .follow import follow, follow_async
from .publish import Publisher, publish
from .stream import HEARTBEAT, START, TERMINAL, Event, expire_soon, has_any, is_event_id, is_over

__all__ = [
    "HEARTBEAT",
    "START",
    "TERMINAL",
    "Event",
    "Publisher",
    "cancel_check",
    "clear_cancel",
    "expire_soon",
    "follow",
    "follow_async",
    "has_any",
    "is_cancelled",
    "is_event_id",
    "is_over",
    "publish",
    "request_cancel",
]
