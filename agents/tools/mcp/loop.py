"""The event loop in which all that speaks MCP runs: one thread in each process that needs it, started when it does."""

import asyncio
import atexit
import concurrent.futures
import os
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

Found = TypeVar("Found")
POLL, GOODBYE_SECONDS = 0.05, 6.0


class Stopped(Exception):
    """Nobody waits for it any more."""


class TooLate(Exception):
    """It took longer than it may."""


class Loop:
    """An event loop in a thread of its own, which other threads wait for. The thread stays as long as the process: the
    programs that it starts end with it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process = 0
        self._goodbyes: list[Callable[[], Coroutine[Any, Any, None]]] = []

    def run(self, work: Coroutine[Any, Any, Found], deadline: float, cancelled: Callable[[], bool]) -> Found:
        """What the coroutine returns; it is cancelled at the deadline (of `time.monotonic`) and when `cancelled` says
        so."""
        future = asyncio.run_coroutine_threadsafe(work, self._running())
        while True:
            with suppress(concurrent.futures.TimeoutError):
                return future.result(POLL)
            if future.done():  # it came at this very moment, or is a time-out of the coroutine's own
                return future.result()
            if (late := time.monotonic() > deadline) or cancelled():
                future.cancel()
                raise TooLate if late else Stopped

    def at_end(self, goodbye: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Has something done before the process ends."""
        self._goodbyes.append(goodbye)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._process != os.getpid():
                self._loop, self._process = asyncio.new_event_loop(), os.getpid()
                threading.Thread(target=self._loop.run_forever, name="mcp", daemon=True).start()
                atexit.register(self._end)
            return self._loop

    def _end(self) -> None:
        """Lets servers go in peace; those that do not are killed by the kernel when this process is gone."""
        if self._loop is None or self._process != os.getpid():
            return
        for goodbye in self._goodbyes:
            with suppress(Exception):
                asyncio.run_coroutine_threadsafe(goodbye(), self._loop).result(GOODBYE_SECONDS)


loop = Loop()
