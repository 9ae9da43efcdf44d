"""The engine: one thread that owns the model and its context; callers from any thread queue on it.

A model and its context must not be used by two threads, and must not be carried over a fork: so the thread that loads
them is the thread that uses them, and it starts in the process that serves.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from ..types import Cancelled, EngineBusy, ModelUnavailable, Prefill, PromptTooLong, RuntimeFault
from .context import Context
from .job import End, Failure, Job, Piece
from .model import LoadedModel
from .options import Options
from .prefix import Prefix
from .work import Work

log = logging.getLogger(__name__)
SECONDS_A_JOB = 10.0  # a rough figure for "try again in"


class Engine:
    """Loads the file and answers jobs in the order of their arrival."""

    def __init__(self, path: Path, options: Options) -> None:
        self._options = options
        self._waiting: deque[Job] = deque()
        self._current: Job | None = None
        self._change = threading.Condition()
        self._closing = False
        self._loaded = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._main, args=(path,), name="quarry-engine", daemon=True)
        self._thread.start()
        self._loaded.wait()
        if self._failure:
            raise self._failure

    # -- for callers, from any thread

    def answer(self, job: Job, cancelled: Cancelled | None = None) -> Iterator[Prefill | Piece | End]:
        """Queues the job and follows it. Closing the iterator cancels."""
        self._submit(job)
        try:
            yield from job.follow(cancelled, self.cancel)
        finally:
            self.cancel(job)

    def cancel(self, job: Job) -> None:
        """Ends the job within a token, or takes it from the queue."""
        with self._change:
            job.cancelled = True
            if job is self._current:
                self.context.abort.set()
            self._change.notify_all()

    @property
    def busy(self) -> int:
        """Jobs waiting or under way."""
        with self._change:
            return len(self._waiting) + (self._current is not None)

    def close(self) -> None:
        """Ends what is under way, and frees the memory."""
        with self._change:
            self._closing = True
            if self._current:
                self._current.cancelled = True
                self.context.abort.set()
            self._change.notify_all()
        self._thread.join()

    def check(self, job: Job) -> None:
        """Refuses a prompt that leaves no room for an answer."""
        limit = self.context.size - 1
        if len(job.tokens) > limit:
            raise PromptTooLong(len(job.tokens), limit)

    def _submit(self, job: Job) -> None:
        self.check(job)
        with self._change:
            if self._closing or not self._thread.is_alive():
                raise ModelUnavailable("The model was unloaded.")
            if len(self._waiting) >= self._options.waiting:
                raise EngineBusy(len(self._waiting) * SECONDS_A_JOB)
            self._waiting.append(job)
            self._change.notify_all()

    # -- in the engine's thread

    def _main(self, path: Path) -> None:
        try:
            self.model = LoadedModel(path, self._options)
            self.context = Context(self.model, self._options)
            self.prefix = Prefix(self.context)
        except Exception as error:  # handed to the caller of the constructor
            self._failure = error
            self._loaded.set()
            return
        self._loaded.set()
        try:
            self._serve(self.prefix)
        finally:
            self._drain()
            self.context.close()
            self.model.close()

    def _serve(self, prefix: Prefix) -> None:
        while job := self._next():
            try:
                job.put(Work(self.context, prefix, job).run())
            except RuntimeFault as error:
                _without_raising(prefix.forget)
                job.put(Failure(error))
            except Exception as error:
                log.exception("The engine failed on a request")
                _without_raising(prefix.forget)
                job.put(Failure(RuntimeFault(f"The engine failed: {error}")))

    def _next(self) -> Job | None:
        with self._change:
            self._current = None
            self.context.abort.clear()
            self._change.wait_for(lambda: self._closing or self._waiting)
            if self._closing:
                return None
            self._current = self._waiting.popleft()
            if self._current.cancelled:
                self.context.abort.set()
            return self._current

    def _drain(self) -> None:
        with self._change:
            self._closing, self._current = True, None
            for job in self._waiting:
                job.put(Failure(ModelUnavailable("The model was unloaded.")))
            self._waiting.clear()


def _without_raising(action: Callable[[], None]) -> None:
    try:
        action()
    except Exception:
        log.exception("The engine's context could not be cleared")
