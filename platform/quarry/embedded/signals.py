"""The supervisor's signals: the first Ctrl-C stops in order, the second by force; the end of a child wakes the loop."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Iterator
from types import FrameType

# `make` passes a SIGTERM on that its group has had already: the same wish, not a second one.
SAME_WISH_SECONDS = 1.0


class Interrupted(BaseException):
    """A stop was asked for while something was waited for."""


class Signals:
    """Install once, in the main thread."""

    def __init__(self) -> None:
        self.stops = 0
        self._last = 0.0
        self._raise = False
        self._reader, writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)  # only wakes

    @property
    def force(self) -> bool:
        return self.stops > 1

    def wait(self, seconds: float) -> None:
        """Sleeps until a signal comes, at most so long."""
        select.select([self._reader], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            os.read(self._reader, 4096)

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Inside, a stop raises `Interrupted`, so that a long wait ends at once."""
        if self.stops:
            raise Interrupted
        self._raise = True
        try:
            yield
        finally:
            self._raise = False

    def _stop(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.stops and now - self._last < SAME_WISH_SECONDS:
            return
        self.stops += 1
        self._last = now
        if self._raise:
            self._raise = False
            raise Interrupted
