"""Writes down what a run does: each step into PostgreSQL, each event into the run's stream."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from quarry import events
from quarry.text import storable

from agents.models import Run, Step
from agents.trace import step_facts


class Overtaken(Exception):
    """The run is not this worker's any more: nothing that it still does may be written."""


class Recorder:
    """One attempt at a run."""

    def __init__(self, run: Run, publisher: events.Publisher) -> None:
        self.run, self._publisher = run, publisher
        self.told = False  # whether a follower can have read a piece of the answer
        self._lock = threading.Lock()
        self._ordinal = (run.steps.aggregate(last=Max("ordinal"))["last"] or 0) + 1

    @contextmanager
    def step(self, kind: Step.Kind, name: str, arguments: Mapping[str, Any], **more: Any) -> Iterator[Step]:
        """A step that is completed when the block ends, with what it put into `result`; failed when it raises."""
        step = self.begin(kind, name, arguments, **more)
        try:
            yield step
        except BaseException as error:
            step.result = {"error": type(error).__name__}
            self.end(step, Step.Status.FAILED)
            raise
        self.end(step, Step.Status.COMPLETED)

    def begin(self, kind: Step.Kind, name: str, arguments: Mapping[str, Any], told: bool = True, **more: Any) -> Step:
        """A new step, which is under way unless `more` has another status. In a transaction it is not `told` yet."""
        step = Step(
            run=self.run,
            attempt=self.run.attempts,
            kind=kind,
            name=name,
            arguments=storable(dict(arguments)),
            started=timezone.now(),
            **more,
        )
        self._insert(step)
        if told:
            self.tell(step)
        return step

    def end(self, step: Step, status: Step.Status) -> None:
        """Ends a step that is under way. Raises `Overtaken` where somebody else has ended it."""
        step.status, step.ended = status, step.ended or timezone.now()
        step.result, step.memory = storable(step.result), storable(step.memory)
        kept = ("status", "ended", "result", "memory", "arguments")
        mine = Step.objects.filter(pk=step.pk, status=Step.Status.RUNNING)
        if not mine.update(**{name: getattr(step, name) for name in kept}):
            raise Overtaken
        self.tell(step)

    def publish(self, kind: str, data: Mapping[str, Any]) -> None:
        """An event that is no step."""
        self._publisher.publish(kind, data)

    def tell(self, step: Step) -> None:
        """Shows the step as it is to those who follow."""
        self.publish("step", step_facts(step))

    def take_back(self, reason: str) -> None:
        """Has those who follow forget the text that they were shown."""
        if self.told:
            self.publish("restart", {"attempt": self.run.attempts, "reason": reason})
        self.told = False

    def token(self, text: str) -> None:
        """A piece of the answer."""
        self.piece("token", {"text": text})

    def piece(self, kind: str, data: Mapping[str, Any]) -> None:
        """A piece of what the model writes; of several answers, `choice` in `data` says which one's."""
        self.told = True
        self._publisher.piece(kind, data)

    def reasoning(self, text: str) -> None:
        """A piece of what the model says to itself."""
        self._publisher.piece("reasoning", {"text": text})

    def flush(self) -> None:
        """Makes sure that all text is in the stream."""
        self._publisher.flush()

    def _insert(self, step: Step) -> None:
        """Puts the step behind all others. A worker that lost the run may have put one there just before it knew."""
        with self._lock:
            while True:
                step.ordinal, self._ordinal = self._ordinal, self._ordinal + 1
                try:
                    with transaction.atomic():
                        step.save(force_insert=True)
                    return
                except IntegrityError:
                    if not Step.objects.filter(run=step.run_id, ordinal=step.ordinal).exists():
                        raise
