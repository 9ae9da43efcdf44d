"""Writes down what a run does: each step into PostgreSQL, each event into the run's stream."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db.models import Max
from django.utils import timezone
from quarry import events

from agents.models import Run, Step


def step_facts(step: Step) -> dict[str, Any]:
    """A step as the API and the stream show it."""
    return {
        "id": str(step.id),
        "kind": step.kind,
        "name": step.name,
        "status": step.status,
        "arguments": step.arguments,
        "result": step.result,
        "started": step.started.isoformat(),
        "ended": step.ended.isoformat() if step.ended else None,
    }


class Recorder:
    """One attempt at a run."""

    def __init__(self, run: Run, publisher: events.Publisher) -> None:
        self.run, self._publisher = run, publisher
        self.told = False  # whether a follower can have read a piece of the answer
        self._ordinal = (run.steps.aggregate(last=Max("ordinal"))["last"] or 0) + 1

    @contextmanager
    def step(self, kind: Step.Kind, name: str, arguments: Mapping[str, Any]) -> Iterator[Step]:
        """A step that is completed when the block ends, with what it put into `result`; failed when it raises."""
        step = Step(
            run=self.run,
            ordinal=self._ordinal,
            attempt=self.run.attempts,
            kind=kind,
            name=name,
            arguments=dict(arguments),
            started=timezone.now(),
        )
        self._ordinal += 1
        self._save(step)
        try:
            yield step
        except BaseException as error:
            step.result = {"error": type(error).__name__}
            self._end(step, Step.Status.FAILED)
            raise
        self._end(step, Step.Status.COMPLETED)

    def publish(self, kind: str, data: Mapping[str, Any]) -> None:
        """An event that is no step."""
        self._publisher.publish(kind, data)

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

    def _save(self, step: Step) -> None:
        step.save()
        self.publish("step", step_facts(step))

    def _end(self, step: Step, status: Step.Status) -> None:
        step.status, step.ended = status, timezone.now()
        self._save(step)
