"""An assistant with tools: it plans, calls, reads what came back, and answers with citations.

The run's steps in PostgreSQL are all that it knows. Each turn of the model and each answered call is written before the
next begins, so that whoever takes the run up goes on behind the last one.
"""

import time
from collections.abc import Callable
from dataclasses import asdict
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
from .query import is_small_talk
from .transcript import Transcript
from .writing import Turn

SEARCH = "search_knowledge"  # as the model calls the built-in one
STUCK = 2  # turns in a row from which nothing new came
TIME_UP = "The time is up: the answer is written from what is known by now."
SHRINKS = 3  # tries with an ever smaller context, where a prompt is longer than it was counted


class Cancelled(Exception):
    """A turn was stopped in the middle."""


class Agent:
    """One attempt at a run, from wherever the last one got."""

    def __init__(self, run: Run, recorder: Recorder, cancelled: Callable[[], bool], deadline: float) -> None:
        self.run, self.recorder, self.cancelled, self.deadline = run, recorder, cancelled, deadline
        self.plan = plan_of(run)
        self.transcript = Transcript.load(run, self.plan)
        left = max(0.0, self.plan.limits.seconds - self.transcript.spent)
        self._until = min(time.monotonic() + left, deadline - GRACE / 2)
        self._partial = ""

    def answer(self) -> Outcome:
        """Goes on to the answer, or to a call before which people are asked."""
        caller = Caller(self.transcript, self.recorder, self.cancelled, self._until)
        while not self.cancelled():
            if pending := self.transcript.pending:
                if caller.carry_out(pending):
                    return self._outcome("", waiting=True)
            elif step := self.transcript.final:
                return self._done(step)
            else:
                self._turn(self._over())
        return self._stopped()

    # -- one turn -----------------------------------------------------------------------------------------------------

    def _turn(self, over: str) -> None:
        """Has the model go on; `over`: why it must answer now, with what it has."""
        language = self.plan.language
        instruction = replies.ANSWER_NOW[language] if over else ""
        choice = "none" if over else self._choice()
        arguments = {"choice": choice, "functions": [tool.name for tool in self.transcript.tools()]}
        turn = Turn(self.transcript, self.recorder)
        try:
            with self.recorder.step(Step.Kind.GENERATE, "agent", arguments) as step:
                done = self._written(turn, instruction, choice)
                if done.reason == "cancelled":
                    raise Cancelled
                if not turn.calls:
                    turn.add(self._note(turn, over))
                step.result = turn.facts(done)
                step.memory = {"instruction": instruction, "model": asdict(done.model), **turn.memory()}
            self.transcript.add(step)
        except Cancelled:
            self._cut_off(turn)

    def _choice(self) -> runtime.ToolChoice:
        """Small models that may answer at once do so out of their own head: where the documents can be searched, the
        first turn is a call."""
        first = not self.transcript.turns and self.plan.function(SEARCH) is not None
        return "required" if first and not is_small_talk(self.run.input["question"]) else "auto"

    def _written(self, turn: Turn, instruction: str, choice: runtime.ToolChoice) -> runtime.Done:
        """Once the time is up a turn ends; the last one has some more."""
        last = self.deadline if choice == "none" else self._until
        cancelled = lambda: self.cancelled() or time.monotonic() > last  # noqa: E731
        for shrink in range(SHRINKS + 1):
            try:
                done = turn.write(self.transcript.messages(instruction, shrink), choice, cancelled)
                turn.shrink = shrink
                return done
            except runtime.PromptTooLong:
                if shrink == SHRINKS:
                    raise
        raise AssertionError

    def _note(self, turn: Turn, over: str) -> str:
        """What the harness says itself: that something was left undone, or that nothing was found."""
        language = self.plan.language
        answered = turn.text.strip() and any(_completed(each.settled) for each in self.transcript.calls)
        if over and not (over == "stuck" and answered):
            return replies.unfinished(over, language)
        return "" if turn.text.strip() else replies.NO_WORDS[language]

    def _cut_off(self, turn: Turn) -> None:
        """A turn that was stopped in the middle: the person wanted that, or the time was up."""
        if self.cancelled():
            self._partial = "" if turn.calls else turn.text
        else:
            self.recorder.take_back(TIME_UP)

    # -- bounds -------------------------------------------------------------------------------------------------------

    def _over(self) -> str:
        """Which bound is reached, if one is."""
        limits, usage = self.plan.limits, self.transcript.usage
        spent = usage["prompt_tokens"] - usage["cached_tokens"] + usage["completion_tokens"]
        if time.monotonic() > self._until:
            return "seconds"
        if len(self.transcript.turns) >= limits.steps:
            return "steps"
        if spent >= limits.tokens:
            return "tokens"
        if len(self.transcript.calls) >= limits.calls:
            return "calls"
        return "stuck" if self._stuck() else ""

    def _stuck(self) -> bool:
        """Whether the last turns brought nothing: all of their calls failed, or answered what others had before."""
        turns = self.transcript.turns
        return len(turns) >= STUCK and not any(self._brought(place) for place in range(len(turns) - STUCK, len(turns)))

    def _brought(self, place: int) -> bool:
        turns = self.transcript.turns
        known = {_text(each.settled) for turn in turns[:place] for each in turn.calls}
        done = (each.settled for each in turns[place].calls)
        return any(_text(step) not in known for step in done if _completed(step))

    # -- the end ------------------------------------------------------------------------------------------------------

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
        return self._outcome(self._partial, cancelled=True)

    def _outcome(self, answer: str, **more: Any) -> Outcome:
        usage = self.transcript.usage if self.transcript.turns else None
        found: list[Found] = self.transcript.passages
        return Outcome(answer, found=found, usage=usage, model=self._model(), **more)

    def _model(self) -> runtime.ModelInfo | None:
        """The model of the last turn, which may have been another attempt's."""
        facts = self.transcript.turns[-1].step.memory.get("model") if self.transcript.turns else None
        return runtime.ModelInfo(**facts) if facts else None


def _completed(step: Step | None) -> bool:
    return step is not None and step.status == Step.Status.COMPLETED


def _text(step: Step | None) -> str:
    return str(step.memory.get("text")) if step else ""
