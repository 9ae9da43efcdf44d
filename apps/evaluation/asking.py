"""Two ways to ask the same model for tool calls: with our harness, and the model alone.

The harness: our system text (`agents.loop.toolprompt`); days that a request names, worked out; of many tools only the
relevant ones; calls under a grammar; and a call that does not satisfy its tool's schema, or that was written into the
answer instead of made, goes back to the model with what is wrong, a few times at most.

Plain: the model's own template with all tools, nothing of ours in the prompt, no grammar (the runtime is given one that
allows any text, since tools without one would bring theirs), and one attempt. The text is read by the runtime's reader
of calls, which knows more forms than the model's template asks for; `tagged` says whether it was the template's own.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from quarry import runtime
from quarry.runtime import Message, Params, Tool, ToolCall, ToolChoice
from quarry.runtime.engine.job import Piece
from quarry.runtime.toolcalls import TAGS, ToolCallParser

from agents.loop import dates, toolprompt
from agents.tools import schemas
from agents.tools.types import ToolError
from apps.evaluation.relevant import Relevant

ANYTHING = r"root ::= [^\x00]*"
MOST_TOKENS = 512
RETRIES = 2


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


class Asker(Protocol):
    """A way to ask."""

    harness: bool

    def reply(self, messages: Sequence[Message], tools: Sequence[Tool]) -> Reply: ...


def never() -> bool:
    return False


class Plain:
    """The model alone."""

    harness = False

    def __init__(self, model: str, cancelled: Callable[[], bool] = never) -> None:
        self._model, self._cancelled = model, cancelled

    def reply(self, messages: Sequence[Message], tools: Sequence[Tool]) -> Reply:
        """One attempt."""
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


class Harness:
    """The model with what we do for it. `today` goes into the system text where the task depends on it."""

    harness = True

    def __init__(self, model: str, cancelled: Callable[[], bool] = never, today: date | None = None) -> None:
        self._model, self._cancelled, self._today = model, cancelled, today
        self._relevant = Relevant()

    def reply(self, messages: Sequence[Message], tools: Sequence[Tool]) -> Reply:
        """As many attempts as it takes, within bounds."""
        told, offered = self._told(messages), self._relevant.of(messages, tools)
        choice: ToolChoice = "auto"
        tokens = 0
        for attempt in range(1, RETRIES + 2):
            reply = self._attempt(told, offered, choice)
            tokens += reply.tokens
            wrong = corrections(reply, offered)
            if not wrong or attempt > RETRIES:
                break
            told, choice = [*told, *wrong], "auto" if reply.calls else "required"
        return replace(reply, attempts=attempt, tokens=tokens, malformed=malformed(reply.calls, reply.text, offered))

    def _told(self, messages: Sequence[Message]) -> list[Message]:
        own = messages[0].content if messages[0].role == "system" else ""
        rest = messages[1:] if own else messages
        return [Message("system", toolprompt.system(self._today, own)), *(self._dated(each) for each in rest)]

    def _dated(self, message: Message) -> Message:
        if message.role != "user" or self._today is None:
            return message
        return replace(message, content=dates.with_days(message.content, self._today))

    def _attempt(self, told: Sequence[Message], tools: Sequence[Tool], choice: ToolChoice) -> Reply:
        params = Params(MOST_TOKENS)
        return _collect(
            runtime.generate(
                told, model=self._model, tools=tools, choice=choice, params=params, cancelled=self._cancelled
            )
        )


def corrections(reply: Reply, tools: Sequence[Tool]) -> list[Message]:
    """The turns that tell the model what is wrong with its reply; none where nothing is."""
    if not reply.calls:
        if not attempted(reply.text, tools):
            return []
        return [Message("assistant", reply.text), Message("user", toolprompt.WRITTEN)]
    wrong = [fault(call, tools) for call in reply.calls]
    if not any(wrong):
        return []
    results = [each or "Not carried out yet: call it again." for each in wrong]
    told = [Message("tool", text, name=call.name) for text, call in zip(results, reply.calls, strict=True)]
    return [Message("assistant", reply.text, reply.calls), *told]


def fault(call: ToolCall, tools: Sequence[Tool]) -> str:
    """What is wrong with the call, as the product tells a model; empty where nothing is."""
    tool = next((each for each in tools if each.name == call.name), None)
    if tool is None:
        return f'There is no tool "{call.name}".'
    try:
        schemas.refuse(tool.parameters, call.arguments)
    except ToolError as error:
        return str(error)
    return ""


def malformed(calls: Sequence[ToolCall], text: str, tools: Sequence[Tool]) -> int:
    """How many calls are none."""
    wrong = sum(bool(fault(call, tools)) for call in calls)
    return wrong if calls else int(attempted(text, tools))


def attempted(text: str, tools: Sequence[Tool]) -> bool:
    """Whether a text without a call was meant to be one."""
    names = "|".join(re.escape(tool.name) for tool in tools)
    return bool(names) and bool(re.search(rf'<tool_call>|"name"\s*:\s*"|(?<![\w.-])(?:{names})\s*\(', text))


def _collect(stream: Iterable[runtime.Event]) -> Reply:
    """The whole answer. One that was cut off in the middle of a call counts as malformed by its text."""
    reply = Reply()
    for event in stream:
        match event:
            case runtime.Token(text):
                reply.text += text
            case runtime.ToolCall():
                reply.calls.append(event)
            case runtime.Done():
                reply.tokens = event.usage.completion_tokens
                if event.reason == "cancelled":
                    raise Interrupted
                if event.reason == "length" and not reply.calls and not reply.text.strip():
                    reply.text = "<tool_call>"  # the runtime shows nobody half a call
    return reply


class Interrupted(Exception):
    """Somebody stopped the benchmark in the middle of an answer."""
