"""How many requests this process sends to an endpoint at once; the others wait in the order in which they came."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator

from quarry import egress

from ..types import EngineBusy, Queued
from .endpoint import Endpoint
from .line import Watch

WAITING = 64


class Limiter:
    """One endpoint's turnstile."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._inside = 0

    def enter(self, most: int, watch: Watch) -> Iterator[Queued]:
        """Ends when there is room, which is then taken; says meanwhile how many are before."""
        ticket, told = object(), 0
        with self._changed:
            if len(self._waiting) >= WAITING:
                raise EngineBusy
            self._waiting.append(ticket)
        try:
            while not self._take(ticket, most):
                if (position := self._position(ticket)) != told:
                    told = position
                    yield Queued(position)
                watch.stop_if_cancelled()
        finally:
            with self._changed:
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
                    self._changed.notify_all()

    def leave(self) -> None:
        """Makes room for the next."""
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()

    def _take(self, ticket: object, most: int) -> bool:
        """True where it is the ticket's turn; else some time has passed."""
        with self._changed:
            if not self._is_next(ticket, most):
                self._changed.wait(egress.SLICE)
            if not self._is_next(ticket, most):
                return False
            self._waiting.popleft()
            self._inside += 1
            return True

    def _is_next(self, ticket: object, most: int) -> bool:
        return self._waiting[0] is ticket and self._inside < most

    def _position(self, ticket: object) -> int:
        with self._changed:
            return self._waiting.index(ticket) + 1


_limiters: dict[str, Limiter] = {}
_lock = threading.Lock()


def of(endpoint: Endpoint) -> Limiter:
    """The limiter of this endpoint, the same for every request."""
    with _lock:
        return _limiters.setdefault(endpoint.slug, Limiter())
