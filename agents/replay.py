"""A run's turns once more, for an auditor: the same words in, with the results as they were stored, at temperature 0.
Nothing is called and nothing is shown to anybody else. Whether the same comes out is told turn by turn."""

import time
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from quarry.api import Problem

from agents import actions
from agents.loop.outcome import Outcome, TimeLimit
from agents.loop.plan import plan_of
from agents.loop.transcript import Transcript
from agents.loop.writing import Allowed, Turn
from agents.models import Run, Step
from agents.recorder import Recorder
from apps.accounts.models import User
from apps.accounts.policies import require_administrator
from apps.audit import record

SECONDS = 1800.0


@transaction.atomic
def start(person: User, run: Run) -> Run:
    """Has a run replayed; the comparison is the new run's result."""
    require_administrator(person)
    if run.plan is None or not run.ended:
        raise Problem(409, "Only an agent's run that has ended can be replayed.", code="not-replayable")
    if not _turns(run).exists():
        raise Problem(409, "This run ended before the model had written anything.", code="not-replayable")
    replay = actions.start(person, Run.Kind.REPLAY, {"run": str(run.pk)})
    record(person, "run.replay", run, {"replay": str(replay.pk), "of": str(run.person_id)})
    return replay


def _turns(run: Run) -> QuerySet[Step]:
    return run.steps.filter(kind=Step.Kind.GENERATE, status=Step.Status.COMPLETED)


class Replay:
    """One attempt at a replay."""

    def __init__(self, run: Run, recorder: Recorder, cancelled: Callable[[], bool], deadline: float) -> None:
        self.run, self.recorder, self.cancelled, self.deadline = run, recorder, cancelled, deadline

    def answer(self) -> Outcome:
        """Goes through the run from its beginning."""
        run = Run.objects.select_related("person").filter(pk=self.run.input["run"]).first()
        if run is None or run.plan is None:
            return Outcome("", result={"run": self.run.input["run"], "same": False, "steps": []})
        transcript, compared = Transcript(run, plan_of(run)), list[dict[str, Any]]()
        for step in run.steps.order_by("ordinal"):
            if step.kind == Step.Kind.GENERATE and step.status == Step.Status.COMPLETED:
                compared.append(self._compared(transcript, step))
                if self.cancelled():
                    return self._stopped()
            transcript.add(step)
        same = all(each["same"] for each in compared)
        return Outcome("", result={"run": str(run.pk), "same": same, "steps": compared})

    def _compared(self, transcript: Transcript, step: Step) -> dict[str, Any]:
        """One turn again, beside what it was."""
        with self.recorder.step(Step.Kind.GENERATE, "replay", {"step": str(step.pk)}) as own:
            turn = Turn(transcript, Silent())
            instruction, shrink = step.memory.get("instruction", ""), step.memory.get("shrink", 0)
            done = turn.write(instruction, shrink, Allowed(**step.arguments), self.cancelled)
            own.result = {"reason": done.reason, "usage": turn.facts(done)["usage"]}
        before = (step.result or {}).get("tool_calls", [])
        calls, text = turn.calls == before, turn.raw == step.memory.get("raw")
        model = step.memory.get("model") or {}
        return {
            "step": str(step.pk),
            "ordinal": step.ordinal,
            "same": calls and text,
            "same_calls": calls,
            "same_text": text,
            "same_model": model.get("sha256") == done.model.sha256,
            "before": {"text": step.memory.get("raw", ""), "tool_calls": before},
            "now": {"text": turn.raw, "tool_calls": turn.calls},
        }

    def _stopped(self) -> Outcome:
        if time.monotonic() > self.deadline:
            raise TimeLimit
        return Outcome("", cancelled=True)


class Silent:
    """In a recorder's place: nobody reads along."""

    def publish(self, kind: str, data: Any) -> None: ...

    def reasoning(self, text: str) -> None: ...

    def token(self, text: str) -> None: ...

    def take_back(self, reason: str) -> None: ...
