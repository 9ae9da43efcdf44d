"""The loop of the product, measured: its system text, its choice among many functions, its turns, corrections and words
for results are those of an assistant's run. Only two things are put in their places: where calls are carried out, and
where steps are kept, which is the memory of this process.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.utils import timezone
from quarry.runtime import Message, Tool, ToolCall

from agents.loop import corrections, offer, toolprompt
from agents.loop.answers import Answers, Steps
from agents.loop.language import language_of
from agents.loop.limits import CEILINGS, Limits
from agents.loop.plan import ROLE, Offered, Plan, context, far, first
from agents.loop.talk import STUCK, End, Talk
from agents.loop.transcript import Transcript, Turn, Wanted
from agents.models import Run, Step
from agents.replay import Silent
from agents.tools.types import Result, ToolError
from apps.evaluation.asking import MOST_STEPS, Execute, Interrupted, Reply, Went, malformed, never

ATTEMPTS = STUCK  # at one answer: after so many wrong ones the loop has the model answer in words
NOTED = "Noted."  # to a right call, where the model goes on
LIMITS = Limits(MOST_STEPS, CEILINGS.tokens, CEILINGS.seconds, CEILINGS.calls)


class Harness:
    """The model with what we do for it. `today` is told where the task depends on it; `reading` are the functions that
    are known to change nothing, as an assistant's loop knows of its own."""

    harness = True

    def __init__(
        self,
        model: str,
        cancelled: Callable[[], bool] = never,
        today: date | None = None,
        reading: Collection[str] = (),
    ) -> None:
        self._model, self._cancelled, self._today, self._reading = model, cancelled, today, reading

    def reply(self, messages: Sequence[Message], tools: Sequence[Tool], several: bool = False) -> Reply:
        """One answer: the talk ends with calls that wait to be carried out, or, where they may be `several`, when the
        model calls nothing more."""
        transcript = self._transcript(messages, tools)
        self._talk(transcript, Noting(transcript, InMemory(transcript.run), several))
        return Reply(
            _text(transcript),
            _calls(transcript, tools),
            _malformed(transcript, tools),
            attempts=len(transcript.turns),
            tokens=int(transcript.usage["completion_tokens"]),
        )

    def turn(self, messages: Sequence[Message], tools: Sequence[Tool], execute: Execute) -> Went:
        """All of a run, with results from elsewhere."""
        transcript = self._transcript(messages, tools)
        end = self._talk(transcript, Executing(transcript, InMemory(transcript.run), execute))
        own = [message for message in messages[:1] if message.role == "system"]
        told = [*own, *transcript.messages(corrected=False)[1:]]
        return Went(told, _malformed(transcript, tools), len(transcript.turns), end == "answered")

    def _transcript(self, messages: Sequence[Message], tools: Sequence[Tool]) -> "Earlier":
        own = messages[0].content if messages[0].role == "system" else ""
        before, question = list(messages[1 if own else 0 : -1]), messages[-1].content
        called = {call.name for message in before for call in message.tool_calls}
        asked = [each.content for each in (*before, messages[-1]) if each.role == "user"]
        offered = [_offered(tool, tool.name not in self._reading) for tool in tools]
        functions = offer.relevant(offered, asked, called)
        plan = Plan(
            system=toolprompt.system(f"{ROLE.format(name='Quarry')}\n\n{own}", self._today),
            today=self._today.isoformat() if self._today else "",
            language=language_of(question),
            tools=(),
            functions=functions,
            limits=LIMITS,
            models=[self._model],
            collections=None,
            context=context(),
            first=first(functions, question, asked[:-1]),
            far=far(functions, question, asked[:-1]),
        )
        return Earlier(Run(input={"question": question}), plan, before)

    def _talk(self, transcript: Transcript, carrier: "Noting | Executing") -> End:
        end = Talk(transcript, carrier.recorder, carrier, self._cancelled, math.inf, math.inf).go_on()
        if end == "stopped":
            raise Interrupted
        return end


class Earlier(Transcript):
    """A transcript of one turn, before which there were others, with their calls and results."""

    def __init__(self, run: Run, plan: Plan, earlier: Sequence[Message]) -> None:
        super().__init__(run, plan)
        self._earlier = earlier

    def before(self) -> list[Message]:
        return list(self._earlier)


class InMemory(Silent):
    """In a recorder's place: steps are kept by the transcript alone."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @contextmanager
    def step(self, kind: Step.Kind, name: str, arguments: Mapping[str, Any], **more: Any) -> Iterator[Step]:
        step = self.begin(kind, name, arguments, **more)
        yield step
        self.end(step, Step.Status.COMPLETED)

    def begin(self, kind: Step.Kind, name: str, arguments: Mapping[str, Any], told: bool = True, **more: Any) -> Step:
        return Step(run=self._run, kind=kind, name=name, arguments=arguments, started=timezone.now(), **more)

    def end(self, step: Step, status: Step.Status) -> None:
        step.status, step.ended = status, timezone.now()


class Outside(Answers, ABC):
    """In the place of `agents.loop.calls.Caller`, for functions that are not the product's."""

    def carry_out(self, pending: Sequence[Wanted]) -> bool:
        """See `Carrier`."""
        made = list[Wanted]()
        for wanted in pending:
            if self.is_read_more(wanted):
                self.read_more(wanted)
                continue
            try:
                self._check(wanted)
            except ToolError as error:
                self.answer_error(wanted, error)
            else:
                made.append(wanted)
        return self.make(made, len(made) < len(pending))

    def _check(self, wanted: Wanted) -> None:
        offered = self.plan.function(wanted.name)
        if offered is None:
            raise self.unknown(wanted)
        self.refuse(wanted, offered.parameters, offered.writes)

    @abstractmethod
    def make(self, calls: Sequence[Wanted], refused: bool) -> bool:
        """Makes the calls that may be made; `refused`: others beside them were not. True where they wait."""

    def done(self, wanted: Wanted, result: str | ToolError) -> None:
        """Answers the call."""
        step = self.begun(wanted, self.plan.function(wanted.name))
        if isinstance(result, ToolError):
            self.settle_error(wanted, step, result)
        else:
            self.settle(wanted, step, Result(result))


class Noting(Outside):
    """Notes right calls, and the model goes on; or, where all is to be in one answer, leaves them waiting unless wrong
    ones beside them go back to the model."""

    def __init__(self, transcript: Transcript, recorder: Steps, several: bool) -> None:
        super().__init__(transcript, recorder)
        self._several = several

    def make(self, calls: Sequence[Wanted], refused: bool) -> bool:
        if not self._several and (not refused or len(self.transcript.turns) >= ATTEMPTS):
            return True
        for wanted in calls:
            self.done(wanted, NOTED)
        return False


class Executing(Outside):
    """Has somebody else carry out the calls."""

    def __init__(self, transcript: Transcript, recorder: Steps, execute: Execute) -> None:
        super().__init__(transcript, recorder)
        self._execute = execute

    def make(self, calls: Sequence[Wanted], refused: bool) -> bool:
        for wanted, result in zip(calls, self._execute([_made(each) for each in calls]), strict=True):
            self.done(wanted, result)
        return False


def _offered(tool: Tool, writes: bool) -> Offered:
    """A function as a plan has it."""
    asked = {"needs": "never", "rule": [], "four_eyes": False}
    return Offered(tool.name, tool.description, tool.parameters, "", writes, "", "", False, asked)


def _made(wanted: Wanted) -> ToolCall:
    return ToolCall(wanted.id, wanted.name, dict(wanted.arguments))


def _calls(transcript: Transcript, tools: Sequence[Tool]) -> list[ToolCall]:
    """The calls of an answer: those that would be carried out, and the wrong ones that the model stayed with."""
    right = [each for each in transcript.calls if not each.settled or each.settled.status == Step.Status.COMPLETED]
    wrong = [each for each in _last_calling(transcript).calls if corrections.fault(_made(each), tools)]
    return [_made(each) for each in transcript.calls if each in right or each in wrong]


def _text(transcript: Transcript) -> str:
    return str((transcript.turns[-1].step.result or {}).get("text", "")).strip()


def _last_calling(transcript: Transcript) -> Turn:
    """The last turn with calls; the last one where there is none."""
    return next((each for each in reversed(transcript.turns) if each.calls), transcript.turns[-1])


def _malformed(transcript: Transcript, tools: Sequence[Tool]) -> int:
    """Those with which the model was left: wrong calls; and in the end one in words, or half of one."""
    last = transcript.turns[-1]
    wrong = sum(bool(corrections.fault(_made(each), tools)) for each in _last_calling(transcript).calls)
    if last.calls:
        return wrong
    raw = last.step.memory["raw"]
    half = (last.step.result or {})["reason"] == "length" and not raw.strip()
    return wrong + (1 if half else malformed([], raw, tools))
