"""A model and its functions, turn after turn until there is an answer, wherever the steps are kept and whoever carries
the calls out: a run of an assistant's, or a benchmark that measures a model."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Literal, Protocol

from quarry import runtime

from agents.models import Step

from . import corrections, offer, replies
from .answers import Steps
from .plan import Offered
from .query import is_small_talk, only_asks
from .transcript import Transcript, Wanted, digest
from .transcript import Turn as Said
from .writing import Allowed, Turn

STUCK = 2  # turns in a row from which nothing new came
TIME_UP = "The time is up: the answer is written from what is known by now."
NO_ANSWER = "A call that the model only wrote down is no answer."
SHRINKS = 3  # tries with an ever smaller context, where a prompt is longer than it was counted
End = Literal["answered", "waiting", "stopped"]


class Carrier(Protocol):
    """Who carries calls out."""

    def carry_out(self, pending: Sequence[Wanted]) -> bool:
        """Answers the calls that can be answered now. True where the rest waits."""


class Cancelled(Exception):
    """A turn was stopped in the middle."""


class Talk:
    """From wherever the transcript has got. `until` and `last` are times of `time.monotonic`: from when on the model
    must answer, and when that must be over."""

    def __init__(
        self,
        transcript: Transcript,
        recorder: Steps,
        carrier: Carrier,
        cancelled: Callable[[], bool],
        until: float,
        last: float,
    ) -> None:
        self.transcript, self.recorder, self.carrier, self.plan = transcript, recorder, carrier, transcript.plan
        self.cancelled, self._until, self._last = cancelled, until, last
        self.partial = ""  # of an answer that was stopped

    def go_on(self) -> End:
        """To the answer, or to a call that waits."""
        while not self.cancelled():
            if pending := self.transcript.pending:
                if self.carrier.carry_out(pending):
                    return "waiting"
            elif self.transcript.final:
                return "answered"
            else:
                self._turn(self._over())
        return "stopped"

    # -- one turn -----------------------------------------------------------------------------------------------------

    def _turn(self, over: str) -> None:
        """Has the model go on; `over`: why it must answer now, with what it has."""
        instruction = self._answer_now if over else ""
        allowed = self._allowed(over)
        turn = Turn(self.transcript, self.recorder)
        try:
            with self.recorder.step(Step.Kind.GENERATE, "agent", allowed.facts()) as step:
                done = self._written(turn, instruction, allowed)
                if done.reason == "cancelled":
                    raise Cancelled
                correction = "" if allowed.choice == "none" else self._correction(turn, done)
                if correction:
                    self.recorder.take_back(correction)
                elif not turn.calls:
                    if turn.is_written_call:
                        self.recorder.take_back(NO_ANSWER)
                        turn.hide()
                    turn.add(self._note(turn, over))
                step.result = turn.facts(done)
                step.memory = {"instruction": instruction, "model": asdict(done.model), **turn.memory()}
                step.memory |= {"correction": correction} if correction else {}
            self.transcript.add(step)
        except Cancelled:
            self._cut_off(turn)

    def _allowed(self, over: str) -> Allowed:
        """What may be called, and whether that must be. A model that is made to call goes on with calls that it makes
        up if it may, so one is enough then."""
        names, last = [each.name for each in self.transcript.tools()], self._last_turn
        if over or (last and last.correction in (self._answer, self._answer_now)):
            return Allowed(names, "none")
        if last is None or last.correction == corrections.NOTHING:
            return self._first()
        if last.correction in (corrections.WRITTEN, corrections.TOO_LONG):
            return Allowed(names, "required")
        if finder := self._finder(last):
            return Allowed([finder], "required", parallel=False)
        if len(self.transcript.turns) < STUCK and _mendable(last):
            return Allowed(names, "required", parallel=False)
        return Allowed(names)

    @property
    def _last_turn(self) -> Said | None:
        return self.transcript.turns[-1] if self.transcript.turns else None

    def _first(self) -> Allowed:
        """What the first turn may call: what is near to the question (`Plan.first`). Who only asks gets nothing done
        before something was looked up; and small models that may answer at once do so out of their own head where the
        documents can be searched."""
        question = self.transcript.run.input["question"]
        reading = [each.name for each in self.plan.functions if not each.writes] if only_asks(question) else []
        names = reading or [each.name for each in self.plan.functions]
        names = [name for name in names if name in self.plan.first] or names
        if any(map(_searches, self.plan.functions)) and not is_small_talk(question):
            return Allowed(names, "required", parallel=False)
        return Allowed(names)

    def _finder(self, last: Said) -> str | None:
        """The function that looks up what nobody has said, where the first calls were not made for want of that."""
        if len(self.transcript.turns) >= STUCK:
            return None
        settled = [each.settled for each in last.calls if each.settled]
        if not settled or not all(step.memory.get("made_up") for step in settled):
            return None
        return next((each.name for each in self.plan.functions if offer.searches(each)), None)

    @property
    def _answer(self) -> str:
        """What the model is told that has written nothing to what functions answered, or calls the same again."""
        return replies.ANSWER[self.plan.language]

    @property
    def _answer_now(self) -> str:
        """What it is told that is out of bounds, or goes on writing calls down."""
        return replies.ANSWER_NOW[self.plan.language]

    def _written(self, turn: Turn, instruction: str, allowed: Allowed) -> runtime.Done:
        """Once the time is up a turn ends; the last one has some more."""
        last = self._last if allowed.choice == "none" else self._until
        cancelled = lambda: self.cancelled() or time.monotonic() > last  # noqa: E731
        for shrink in range(SHRINKS + 1):
            try:
                return turn.write(instruction, shrink, allowed, cancelled)
            except runtime.PromptTooLong:
                if shrink == SHRINKS:
                    raise
        raise AssertionError

    def _correction(self, turn: Turn, done: runtime.Done) -> str:
        """What the model is told where its answer is none, a call that it only wrote down, or one that is done."""
        told = [each.correction for each in self.transcript.turns if each.correction]
        if len(told) >= corrections.MOST:
            return self._answer_now if turn.is_written_call else ""
        if turn.calls:
            return self._answer if self._is_done(turn) else ""
        if not turn.raw.strip():
            if done.reason == "length":
                return corrections.TOO_LONG  # nobody is shown half a call
            nothing = self._answer if self.transcript.calls else corrections.NOTHING
            return "" if nothing in told else nothing
        return self._correction_of_words(turn, told) if turn.is_written_call else ""

    def _correction_of_words(self, turn: Turn, told: Sequence[str]) -> str:
        """What the model is told that wrote a call as words. One that looks for a function that there is not is not
        made to call another in its place."""
        name = corrections.made_up(turn.raw, [tool.name for tool in self.transcript.tools()])
        if not name:
            return corrections.WRITTEN
        gone = corrections.ELSE.format(name=name)
        return self._answer_now if gone in told else gone

    def _is_done(self, turn: Turn) -> bool:
        """Whether it calls what has been done, and nothing else."""
        done = {each.digest for each in self.transcript.calls if _completed(each.settled)}
        return bool(turn.calls) and all(digest(each["name"], each["arguments"]) in done for each in turn.calls)

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
            self.partial = "" if turn.calls else turn.text
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
        if limits.cost is not None and usage.get("cost", 0) >= limits.cost:
            return "cost"
        return "stuck" if self._stuck() else ""

    def _stuck(self) -> bool:
        """Whether the last turns brought nothing: all of their calls failed, or answered what others had before."""
        turns = self.transcript.turns
        return len(turns) >= STUCK and not any(self._brought(place) for place in range(len(turns) - STUCK, len(turns)))

    def _brought(self, place: int) -> bool:
        """What was changed counts, whatever came back; so does a turn after which the model was corrected."""
        turns = self.transcript.turns
        if turns[place].correction:
            return True
        known = {_text(each.settled) for turn in turns[:place] for each in turn.calls}
        done = [step for each in turns[place].calls if (step := each.settled) and _completed(step)]
        return any(step.memory.get("writes") or _text(step) not in known for step in done)


def _searches(function: Offered) -> bool:
    return not function.writes and offer.searches_documents(function)


def _mendable(turn: Said) -> bool:
    """Whether all of its calls failed, and none of them would have changed anything: other arguments may do."""
    settled = [each.settled for each in turn.calls]
    return bool(settled) and not any(step is None or _completed(step) or step.memory.get("writes") for step in settled)


def _completed(step: Step | None) -> bool:
    return step is not None and step.status == Step.Status.COMPLETED


def _text(step: Step | None) -> str:
    return str(step.memory.get("text")) if step else ""
