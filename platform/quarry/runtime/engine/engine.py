"""The engine: one thread that owns the model and its context; callers from any thread queue on it.

Continuous batching: as many jobs as there are slots are worked on at once. Each batch holds the next token of every
answer and a piece of the prompts that are still being read. A model and its context must not be used by two threads,
and must not be carried over a fork: so the thread that loads them is the thread that uses them, and it starts in the
process that serves.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..types import Cancelled, EngineBusy, ModelUnavailable, Prefill, PromptTooLong, RuntimeFault
from .batch import Pace, plan
from .checkpoints import Checkpoints
from .context import Aborted, Context, Part
from .disk import DiskTier
from .job import End, Failure, Job, Piece, Queued
from .model import LoadedModel
from .options import Options
from .slot import Slot
from .stats import Stats
from .work import Work

log = logging.getLogger(__name__)
SECONDS_A_JOB = 10.0  # a rough figure for "try again in"


class Unloaded(ModelUnavailable):
    """The engine was closed before it began with the job."""


class Engine:
    """Loads the file and answers jobs, the earlier ones first."""

    def __init__(self, path: Path, options: Options, disk: DiskTier | None = None) -> None:
        self.options = options
        self._waiting: deque[Job] = deque()
        self._works: list[Work] = []
        self._batch: Sequence[Job] = ()
        self._change = threading.Condition()
        self._closing = False
        self._loaded = threading.Event()
        self._failure: Exception | None = None
        self._pace = Pace(options.chunk)
        self.checkpoints = Checkpoints(options.checkpoints, disk)
        self.stats = Stats()
        self._thread = threading.Thread(target=self._main, args=(path,), name="quarry-engine", daemon=True)
        self._thread.start()
        self._loaded.wait()
        if self._failure:
            raise self._failure

    # -- for callers, from any thread

    def answer(self, job: Job, cancelled: Cancelled | None = None) -> Iterator[Queued | Prefill | Piece | End]:
        """Queues the job and follows it. Closing the iterator cancels."""
        self._submit(job)
        try:
            yield from job.follow(cancelled, self.cancel)
        finally:
            self.cancel(job)

    def cancel(self, job: Job) -> None:
        """Ends the job with the batch that is under way, which stops at once if it is this job's alone."""
        with self._change:
            job.cancelled = True
            if self._batch and all(each.cancelled for each in self._batch):
                self.context.abort.set()
            self._change.notify_all()

    @property
    def busy(self) -> int:
        """Jobs waiting or under way."""
        with self._change:
            return len(self._waiting) + len(self._works)

    def close(self) -> None:
        """Ends what is under way, and frees the memory."""
        with self._change:
            self._closing = True
            if self._batch:
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
                raise Unloaded("The model was unloaded.")
            if len(self._waiting) >= self.options.waiting:
                raise EngineBusy(len(self._waiting) * SECONDS_A_JOB / self.options.slots)
            self._waiting.append(job)
            if len(self._works) + len(self._waiting) > self.options.slots:
                job.put(Queued(len(self._waiting)))
            self._change.notify_all()

    # -- in the engine's thread

    def _main(self, path: Path) -> None:
        try:
            self.model = LoadedModel(path, self.options)
            self.context = Context(self.model, self.options)
        except Exception as error:  # handed to the caller of the constructor
            self._failure = error
            self._loaded.set()
            return
        self._slots = [Slot(self.context, self.checkpoints, number) for number in range(self.options.slots)]
        self._loaded.set()
        try:
            while self._wait():
                self._admit()
                self._step()
        finally:
            self._drain()
            self.checkpoints.close()
            self.context.close()

    def _wait(self) -> bool:
        """Waits for work. False when it is time to end."""
        with self._change:
            self._change.wait_for(lambda: self._closing or self._waiting or self._works)
            return not self._closing

    def _admit(self) -> None:
        """Gives free slots to those who wait, each the slot that holds most of its prompt."""
        while job := self._next():
            free = {slot.number for slot in self._slots} - {work.slot.number for work in self._works}
            slot = max((self._slots[n] for n in free), key=lambda slot: (slot.usable(job.tokens), -slot.used))
            try:
                self._works.append(Work(self.context, slot, job))
            except Exception as error:
                slot.clear()
                job.put(_failure(error))

    def _next(self) -> Job | None:
        with self._change:
            if not self._waiting or len(self._works) >= len(self._slots):
                return None
            job = self._waiting.popleft()
            for place, waiting in enumerate(self._waiting, 1):
                waiting.put(Queued(place))
            return job

    def _step(self) -> None:
        """One batch."""
        for work in [work for work in self._works if work.job.cancelled]:
            self._finish(work, work.end("cancelled"))
        planned = plan(self._works, self.options.chunk, self._pace)
        if not planned:
            return
        parts = [part for _, part in planned]
        begin = time.perf_counter()
        try:
            rows = self._read(planned)
        except Aborted:
            for work, _ in planned:
                work.slot.recover()
            return
        except Exception as error:
            self._give_up(planned, error)
            return
        seconds = time.perf_counter() - begin
        prompts = sum(len(part.tokens) for work, part in planned if work.reading)
        self._pace.measured(prompts, seconds)
        self.stats.batch(prompts, len(parts) - sum(work.reading for work, _ in planned), seconds)
        for (work, part), row in zip(planned, rows, strict=True):
            self._advance(work, part, row)

    def _read(self, planned: Sequence[tuple[Work, Part]]) -> list[int]:
        """Reads the batch; meanwhile `cancel` may interrupt it."""
        with self._change:
            self._batch = [work.job for work, _ in planned]
            if self._closing:
                self.context.abort.set()
        try:
            return self.context.read([part for _, part in planned])
        finally:
            with self._change:
                self._batch = ()
                self.context.abort.clear()

    def _advance(self, work: Work, part: Part, row: int) -> None:
        try:
            end = work.read(part, row)
        except Exception as error:  # of this job alone, such as a grammar that leaves nothing
            self._finish(work, _failure(error))
            return
        if end is not None:
            self._finish(work, end)

    def _give_up(self, planned: Sequence[tuple[Work, Part]], error: Exception) -> None:
        """After a failure nothing is certain about the sequences that took part."""
        for work, _ in planned:
            work.slot.clear()
            self._finish(work, _failure(error))

    def _finish(self, work: Work, last: End | Failure) -> None:
        work.close()
        with self._change:
            self._works.remove(work)
        self.stats.ended(last)
        work.job.put(last)

    def _drain(self) -> None:
        for work in list(self._works):
            self._finish(work, work.end("cancelled"))
        with self._change:
            self._closing = True
            for job in self._waiting:
                job.put(Failure(Unloaded("The model was unloaded.")))
            self._waiting.clear()


def _failure(error: Exception) -> Failure:
    if isinstance(error, RuntimeFault):
        return Failure(error)
    log.error("The engine failed on a request", exc_info=error)
    return Failure(RuntimeFault(f"The engine failed: {error}"))
