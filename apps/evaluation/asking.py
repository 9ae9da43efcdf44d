"""Two ways to ask the same model for tool calls: with our harness (`apps.evaluation.harness`), and the model alone.

Plain: the model's own template with all tools, nothing of ours in the prompt, no grammar (the runtime is given one that
allows any text, since tools without one would bring theirs), and one attempt. The text is read by the runtime's reader
of calls, which knows more forms than the model's template asks for; `tagged` says whether it was the template's own.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from quarry import runtime
from quarry.runtime import Message, Params, Tool, ToolCall
from quarry.runtime.engine.job import Piece
from quarry.runtime.toolcalls import TAGS, ToolCallParser

from agents.loop import corrections
from agents.tools.types import ToolError

ANYTHING = r"root ::= [^\x00]*"
MOST_TOKENS = 512
MOST_STEPS = 20  # of one turn, as published; whoever needs more has failed the task
Execute = Callable[[Sequence[ToolCall]], list[str | ToolError]]  # what each of some calls comes to


@dataclass
class Reply:
    """What the model answered to one turn. `malformed` counts attempts at calls that are none: text that cannot be
    read, a name that is not offered, arguments that do not satisfy the schema."""

    text: str = ""
    calls: list[ToolCall] = field(default_factory=list)
    malformed: int = 0
    tagged: bool = False
    attempts: int = 1
    tokens: int = 0


@dataclass
class Went:
    """How a turn with results went: `messages` are the whole conversation after it."""

    messages: list[Message]
    malformed: int = 0
    attempts: int = 0
    finished: bool = False


class Asker(Protocol):
    """A way to ask."""

    harness: bool

    def reply(self, messages: Sequence[Message], tools: Sequence[Tool], several: bool = False) -> Reply:
        """One answer, whose calls are not carried out. `several`: a loop may make them one after another."""

    def turn(self, messages: Sequence[Message], tools: Sequence[Tool], execute: Execute) -> Went:
        """As many answers as it takes until the model calls nothing more."""


def never() -> bool:
    return False


class Plain:
    """The model alone."""

    harness = False

    def __init__(self, model: str, cancelled: Callable[[], bool] = never) -> None:
        self._model, self._cancelled = model, cancelled

    def reply(self, messages: Sequence[Message], tools: Sequence[Tool], several: bool = False) -> Reply:
        """One attempt; all calls are in it, or are not made."""
        params = Params(MOST_TOKENS)
        written = _collect(
            runtime.generate(
                messages, model=self._model, tools=tools, grammar=ANYTHING, params=params, cancelled=self._cancelled
            )
        )
        reader = ToolCallParser(tool.name for tool in tools)
        found = [*reader.feed(Piece(written.text)), *reader.finish()]
        calls = [each for each in found if isinstance(each, ToolCall)]
        text = "".join(each.text for each in found if not isinstance(each, ToolCall))
        tagged = any(tag in written.text for tag in TAGS)
        return replace(
            written, text=text, calls=calls, tagged=tagged, malformed=malformed(calls, text or written.text, tools)
        )

    def turn(self, messages: Sequence[Message], tools: Sequence[Tool], execute: Execute) -> Went:
        """As the published runner does it."""
        went = Went(list(messages))
        while went.attempts < MOST_STEPS and not went.finished:
            reply = self.reply(went.messages, tools)
            results = execute(reply.calls)
            went.attempts += 1
            went.malformed += reply.malformed
            went.messages.append(Message("assistant", reply.text, reply.calls))
            went.messages += [
                Message("tool", str(result), name=call.name) for call, result in zip(reply.calls, results, strict=True)
            ]
            went.finished = not reply.calls
        return went


def malformed(calls: Sequence[ToolCall], text: str, tools: Sequence[Tool]) -> int:
    """How many calls are none."""
    wrong = sum(bool(corrections.fault(call, tools)) for call in calls)
    return wrong if calls else int(corrections.written(text, [tool.name for tool in tools]))


def _collect(stream: Iterable[runtime.Event]) -> Reply:
    """The whole answer."""
    reply = Reply()
    for event in stream:
        match event:
            case runtime.Token(text):
                reply.text += text
            case runtime.Done():
                reply.tokens = event.usage.completion_tokens
                if event.reason == "cancelled":
                    raise Interrupted
    return reply


class Interrupted(Exception):
    """Somebody stopped the benchmark in the middle of an answer."""
