"""An assistant with tools: it plans, calls, reads what came back, and answers with citations.

The run's steps in PostgreSQL are all that it knows. Each turn of the model and each answered call is written before the
next begins, so that whoever takes the run up goes on behind the last one.
"""

import time
from collections.abc import Callable
from typing import Any

from quarry import runtime

from agents.models import Run, Step
from agents.recorder import Recorder

from . import replies
from .calls import Caller
from .citations import citations
from .limits import GRACE
from .outcome import Outcome, TimeLimit
from .passages import Found
from .plan import plan_of
from .talk import Talk
from .transcript import Transcript


class Agent:
    """One attempt at a run, from wherever the last one got."""

    def __init__(self, run: Run, recorder: Recorder, cancelled: Callable[[], bool], deadline: float) -> None:
        self.recorder, self.deadline = recorder, deadline
        plan = plan_of(run)
        self.transcript = Transcript.load(run, plan)
        left = max(0.0, plan.limits.seconds - self.transcript.spent)
        until = min(time.monotonic() + left, deadline - GRACE / 2)
        caller = Caller(self.transcript, recorder, cancelled, until)
        self._talk = Talk(self.transcript, recorder, caller, cancelled, until, deadline)

    def answer(self) -> Outcome:
        """Goes on to the answer, or to a call before which people are asked."""
        end = self._talk.go_on()
        if end == "waiting":
            return self._outcome("", waiting=True)
        final = self.transcript.final
        return self._done(final) if end == "answered" and final else self._stopped()

    def _done(self, step: Step) -> Outcome:
        """The answer as it was written, with the places that it rests on."""
        passages, claims = self.transcript.passages, step.memory.get("claims") or {}
        kept = {int(marker): said for marker, said in claims.items() if int(marker) <= len(passages)}
        cited = citations(passages, kept)
        for citation in cited:
            self.recorder.publish("citation", citation)
        text = (step.result or {}).get("text", "").strip()
        return self._outcome(text, citations=cited, declined=replies.is_decline(text, bool(cited)))

    def _stopped(self) -> Outcome:
        if time.monotonic() > self.deadline:
            raise TimeLimit
        return self._outcome(self._talk.partial, cancelled=True)

    def _outcome(self, answer: str, **more: Any) -> Outcome:
        usage = self.transcript.usage if self.transcript.turns else None
        found: list[Found] = self.transcript.passages
        return Outcome(answer, found=found, usage=usage, model=self._model(), **more)

    def _model(self) -> runtime.ModelInfo | None:
        """The model of the last turn, which may have been another attempt's."""
        facts = self.transcript.turns[-1].step.memory.get("model") if self.transcript.turns else None
        return runtime.ModelInfo(**facts) if facts else None
