"""What an agent's run has come to, from its steps alone: so a run goes on in another worker as if nothing had been."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from quarry import runtime

from agents.models import Run, Step

from . import find, narrowing, notes, replies, results
from .outcome import Counts, total
from .passages import Found
from .plan import Plan

GONE = "This result may not be read any more."
SHRINKING = 0.8
SHORT = 80  # tokens to which an old result is cut where the whole does not fit
WRITES = 900  # tokens of the context that are left for what the model writes
TURNS, TURN_LENGTH = 4, 600  # of what was said before


@dataclass
class Wanted:
    """A call that the model asked for. `number` is the result's, counted through the whole run."""

    id: str
    number: int
    name: str
    arguments: Mapping[str, Any]
    steps: list[Step] = field(default_factory=list)

    @property
    def settled(self) -> Step | None:
        """The step after which the model has its answer."""
        return next((step for step in self.steps if "reply" in step.memory), None)

    @property
    def digest(self) -> str:
        """The same for the same call."""
        return digest(self.name, self.arguments)


@dataclass
class Turn:
    """One answer of the model's with the calls in it."""

    step: Step
    calls: list[Wanted]

    @property
    def correction(self) -> str:
        """What the model was told because it only wrote a call down, or repeated one; empty where it did not."""
        return str(self.step.memory.get("correction", ""))


class Transcript:
    """Grows by `add`, one step after the other, whether they are read from the database or have just happened."""

    def __init__(self, run: Run, plan: Plan) -> None:
        self.run, self.plan = run, plan
        self.turns: list[Turn] = []
        self._passages: dict[int, Found] = {}
        self.spent = 0.0  # seconds of work
        self._calls: dict[str, Wanted] = {}
        self._gone: set[str] = set()

    @classmethod
    def load(cls, run: Run, plan: Plan) -> "Transcript":
        """As far as the run has come."""
        transcript = cls(run, plan)
        for step in run.steps.order_by("ordinal"):
            transcript.add(step)
        transcript._forget()
        return transcript

    def add(self, step: Step) -> None:
        """Takes a step in."""
        self.spent += (step.ended - step.started).total_seconds() if step.ended else 0.0
        if step.kind == Step.Kind.GENERATE and step.status == Step.Status.COMPLETED:
            self._turn(step)
        elif step.call in self._calls:
            wanted = self._calls[step.call]
            wanted.steps = [*(each for each in wanted.steps if each.pk != step.pk), step]
            if "reply" in step.memory:
                found = results.restored(step.memory.get("found", ()))
                self._passages |= dict(enumerate(found, step.memory.get("first", 1)))

    def _turn(self, step: Step) -> None:
        made = [] if step.memory.get("correction") else (step.result or {}).get("tool_calls", [])
        numbered = enumerate(made, len(self._calls) + 1)
        calls = [Wanted(each["id"], number, each["name"], each["arguments"]) for number, each in numbered]
        self.turns.append(Turn(step, calls))
        self._calls |= {each.id: each for each in calls}

    def _forget(self) -> None:
        """Results that rest on documents which the person may not read any more are not shown to the model either."""
        needed = {each.pk: _documents(each) for each in self._settled()}
        readable = find.readable(self.run.person, set[str]().union(*needed.values()))
        self._gone = {str(pk) for pk, documents in needed.items() if not documents <= readable}

    # -- what was done ------------------------------------------------------------------------------------------------

    @property
    def pending(self) -> list[Wanted]:
        """Calls that the model waits for."""
        return [each for each in self.turns[-1].calls if not each.settled] if self.turns else []

    @property
    def final(self) -> Step | None:
        """The step that wrote the answer, once there is one."""
        last = self.turns[-1] if self.turns else None
        return last.step if last and not last.calls and not last.correction else None

    @property
    def calls(self) -> list[Wanted]:
        """All calls so far, in order."""
        return list(self._calls.values())

    @property
    def usage(self) -> Counts:
        """What all turns took together."""
        return total((turn.step.result or {})["usage"] for turn in self.turns)

    def text(self, number: int) -> str | None:
        """All of a result, by its number."""
        step = next((each.settled for each in self.calls if each.number == number), None)
        return None if step is None or str(step.pk) in self._gone else step.memory.get("text")

    @property
    def cut(self) -> bool:
        """Whether there is a result of which only a part was shown."""
        return any(step.memory.get("cut") for step in self._settled())

    @property
    def passages(self) -> list[Found]:
        """What an answer may cite; the first is [1]."""
        return [self._passages[number] for number in sorted(self._passages)]

    def earlier(self, wanted: Wanted) -> list[Wanted]:
        """The same call as the model asked for it before."""
        return [each for each in self.calls if each.number < wanted.number and each.digest == wanted.digest]

    def _settled(self) -> Iterator[Step]:
        return (step for each in self.calls if (step := each.settled))

    # -- what the model reads -----------------------------------------------------------------------------------------

    def tools(self) -> list[runtime.Tool]:
        """What the model may call next."""
        offered = [each.tool_facts() for each in self.plan.functions]
        return [*offered, results.FUNCTION] if self.cut else offered

    def messages(self, instruction: str = "", shrink: int = 0, corrected: bool = True) -> list[runtime.Message]:
        """The conversation as the model reads it, cut so that it fits, and more so with each `shrink`; with the turns
        that were `corrected`, or as if there had been none."""
        replies = {each.id: self._reply(step) for each in self.calls if (step := each.settled)}
        room = int(self.plan.context * SHRINKING**shrink) - WRITES - sum(map(_size_of_tool, self.tools()))
        if not corrected and self.turns:
            instruction = instruction or self.turns[-1].correction
        told = [self._said(replies, instruction, corrected)]
        while _size(told[-1]) > room and (longest := self._longest(replies)):
            replies[longest] = results.cut(replies[longest], SHORT) + "\n[The rest was left out.]"
            told.append(self._said(replies, instruction, corrected))
        return told[-1]

    def _longest(self, replies: Mapping[str, str]) -> str:
        """The call with the longest result that can still be cut, older ones first."""
        sizes = {key: len(text) for key, text in replies.items() if runtime.count_tokens(text) > SHORT + 20}
        return max(sizes, key=lambda key: sizes[key]) if sizes else ""

    def _said(self, replies: Mapping[str, str], instruction: str, corrected: bool) -> list[runtime.Message]:
        told = [runtime.Message("system", self.plan.system), *self.before(), self._question()]
        for turn in (each for each in self.turns if corrected or not each.correction):
            calls = [runtime.Call(each.id, each.name, each.arguments) for each in turn.calls]
            told.append(runtime.Message("assistant", turn.step.memory.get("raw", ""), calls))
            told += [
                runtime.Message("tool", replies[each.id], name=each.name) for each in turn.calls if each.id in replies
            ]
            if turn.correction:
                told.append(runtime.Message("user", turn.correction))
        return [*told, runtime.Message("user", instruction)] if instruction else told

    def _reply(self, step: Step) -> str:
        return GONE if str(step.pk) in self._gone else str(step.memory["reply"])

    def before(self) -> list[runtime.Message]:
        """What was said before the question."""
        turns: Sequence[Mapping[str, str]] = self.run.input.get("history", [])[-TURNS:]
        return [
            runtime.Message("user" if turn["role"] == "user" else "assistant", turn["content"][:TURN_LENGTH])
            for turn in turns
        ]

    def _question(self) -> runtime.Message:
        asked = str(self.run.input["question"])
        asked = notes.behind(asked, self.plan.day, [each.tool_facts() for each in self.plan.functions])
        asked = f"{asked}\n{replies.MAY_BE_NONE[self.plan.language]}" if self.plan.far else asked
        return runtime.Message("user", f"{asked}{self.run.input.get('data', '')}")  # the data are not the person's word

    @property
    def said(self) -> str:
        """All that values can come from: what the person has written, and what functions answered."""
        return self._said_with(str(self.run.input["question"]))

    @property
    def material(self) -> str:
        """The same, without the question's word of what is to be done with it."""
        return self._said_with(narrowing.material(str(self.run.input["question"])))

    def _said_with(self, question: str) -> str:
        before = [each.content for each in self.before()]
        results = (self.text(each.number) or "" for each in self.calls)
        return "\n".join([*before, question, str(self.run.input.get("data", "")), *results])

    @property
    def said_by_person(self) -> str:
        """All that the person has written themselves, and those who made the assistant."""
        turns = [turn["content"] for turn in self.run.input.get("history", []) if turn["role"] == "user"]
        return "\n".join([self.plan.system, *turns, str(self.run.input["question"])])


def digest(name: str, arguments: Mapping[str, Any]) -> str:
    """Of a call, with its arguments in a form that does not depend on their order."""
    written = json.dumps([name, arguments], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(written.encode("utf-8", "replace")).hexdigest()


def _documents(step: Step) -> set[str]:
    return set(step.memory.get("documents", ()))


def _size_of_tool(tool: runtime.Tool) -> int:
    return runtime.count_tokens(f"{tool.name} {tool.description} {json.dumps(tool.parameters)}") + 20


def _size(messages: Sequence[runtime.Message]) -> int:
    """About how many tokens they are, with what a template adds."""
    return sum(runtime.count_tokens(each.content) + 12 for each in messages) + sum(
        runtime.count_tokens(json.dumps(dict(call.arguments), ensure_ascii=False)) + 20
        for each in messages
        for call in each.tool_calls
    )
