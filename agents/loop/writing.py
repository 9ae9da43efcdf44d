"""One turn of an agent's: what the model writes, as people may see it, and the calls in it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from quarry import runtime

from . import corrections, given, narrowing
from .composer import Composer
from .language import Script
from .links import LinkFilter
from .outcome import usage_facts
from .transcript import Transcript

MOST_TOKENS = 800
MOST_CALLS = 8  # in one turn
CALLING = "The assistant looks something up before it answers."
ANEW = "The answer is written anew."


@dataclass(frozen=True)
class Allowed:
    """The functions that a turn may call, of those that the model is told of; whether it must, and whether it may call
    several at once."""

    functions: Sequence[str]
    choice: runtime.ToolChoice = "auto"
    parallel: bool = True

    def facts(self) -> dict[str, Any]:
        """As a step's arguments."""
        return {"choice": self.choice, "functions": list(self.functions), "parallel": self.parallel}


class Told(Protocol):
    """Who is told of a turn while it is written: a recorder."""

    def publish(self, kind: str, data: Mapping[str, Any]) -> None: ...
    def reasoning(self, text: str) -> None: ...
    def token(self, text: str) -> None: ...
    def take_back(self, reason: str) -> None: ...


class Turn:
    """Takes the model's events. What it says before a call is no answer and is taken back."""

    def __init__(self, transcript: Transcript, recorder: Told) -> None:
        self.transcript, self.recorder = transcript, recorder
        self.shrink = 0  # how often the prompt had to be cut to fit
        self.failed_over: list[dict[str, str]] = []
        self._may_call = True
        self._begin()

    def _begin(self) -> None:
        self.raw = self.text = self.reasoning = ""
        self.calls: list[dict[str, Any]] = []
        self._strayed = False  # it called where it may not
        self.composer = Composer(self.transcript.passages)
        self._script = Script(self.transcript.plan.language)
        self._links = LinkFilter(lambda url: known(url, self.transcript))

    @property
    def is_written_call(self) -> bool:
        """Whether it is words that were meant to be a call."""
        names = [tool.name for tool in self.transcript.tools()]
        return corrections.written(self.raw, names, {each.name for each in self.transcript.calls})

    def write(self, instruction: str, shrink: int, allowed: Allowed, cancelled: Callable[[], bool]) -> runtime.Done:
        """Has the model write to the end and returns how it ended. One that may call nothing goes on in the prompt that
        it has read, functions and all, which is many times faster; if it calls even so, or writes nothing, it begins
        again in one that tells of none, and of nothing that it did wrong: small models do that again."""
        self.shrink, self._may_call = shrink, allowed.choice != "none"
        messages = self.transcript.messages(instruction, shrink)
        if self._may_call:
            return self._generate(messages, allowed, cancelled)
        tried = self._generate(messages, replace(allowed, choice="auto"), lambda: self._strayed or cancelled())
        if cancelled() or (self.raw.strip() and not self._strayed and not self.is_written_call):
            return tried
        self.recorder.take_back(ANEW)
        self._begin()
        messages = self.transcript.messages(instruction, shrink, corrected=False)
        done = self._generate(messages, allowed, cancelled)
        return replace(done, usage=tried.usage + done.usage)

    def _generate(
        self, messages: Sequence[runtime.Message], allowed: Allowed, cancelled: Callable[[], bool]
    ) -> runtime.Done:
        stream = runtime.generate(
            messages,
            model=self.transcript.plan.models,
            tools=self.transcript.tools(),
            choice=allowed.choice,
            parallel=allowed.parallel,
            allowed=self._narrowed(allowed.functions),
            params=runtime.Params(MOST_TOKENS),
            cancelled=cancelled,
        )
        for event in stream:
            if isinstance(event, runtime.Done):
                self._finish()
                return event
            self._take(event)
        raise runtime.RuntimeFault("The model stopped without saying so.")

    def _narrowed(self, names: Sequence[str]) -> list[runtime.Tool]:
        tools = [tool for tool in self.transcript.tools() if tool.name in names]
        return narrowing.narrowed(tools, str(self.transcript.run.input["question"]), self.transcript.material)

    def _take(self, event: runtime.Event) -> None:
        match event:
            case runtime.Queued(position):
                self.recorder.publish("queued", {"position": position})
            case runtime.FailedOver(model, why):
                self.failed_over.append({"model": model, "why": why})
            case runtime.Prefill(done, total):
                self.recorder.publish("progress", {"stage": "reading", "done": done, "total": total})
            case runtime.Reasoning(text):
                self.reasoning += text
                self.recorder.reasoning(text)
            case runtime.Token(text):
                self.raw += text
                self._show(self._links.feed(self._script.feed(text)))
            case runtime.ToolCall() if not self._may_call:
                self._strayed = True
            case runtime.ToolCall(_, name, arguments) if len(self.calls) < MOST_CALLS:
                self._call(name, arguments)

    def _call(self, name: str, arguments: Any) -> None:
        """Calls get ids of ours: those of models are random, or come again. So do calls, of which one is enough."""
        if not self.calls:
            self.recorder.take_back(CALLING)
        id = f"call_{len(self.transcript.turns) + 1}_{len(self.calls) + 1}"
        offered = self.transcript.plan.function(name)
        if offered and isinstance(arguments, Mapping):
            arguments = given.without_fillers(arguments, offered.parameters, self.transcript.said)
            if self.transcript.plan.language == "zh-Hant":
                arguments = given.in_traditional(arguments, offered.parameters, self.transcript.said)
        call = {"name": name, "arguments": json.loads(json.dumps(arguments))}
        if all(call != {"name": each["name"], "arguments": each["arguments"]} for each in self.calls):
            self.calls.append({"id": id, **call})

    def _finish(self) -> None:
        self._show(self._links.feed(self._script.finish()) + self._links.finish())
        if not self.calls:
            self._tell(self.composer.finish())

    def _show(self, text: str) -> None:
        if not self.calls:
            self._tell(self.composer.feed(text))

    def _tell(self, text: str) -> None:
        text = text if self.text else text.lstrip()
        if text:
            self.text += text
            self.recorder.token(text)

    def add(self, text: str) -> None:
        """What the harness itself has to say after the model."""
        self._tell(f"\n\n{text}" if self.text.strip() else text)

    def hide(self) -> None:
        """What was written is not for people."""
        self.text, self.composer = "", Composer(self.transcript.passages)

    def facts(self, done: runtime.Done) -> dict[str, Any]:
        """What the step shows of the turn."""
        kept = {"reasoning": self.reasoning, "failed_over": self.failed_over, "tool_calls": self.calls}
        facts = {"reason": done.reason, "usage": usage_facts(done), "text": self.text}
        return facts | {name: value for name, value in kept.items() if value}

    def memory(self) -> dict[str, Any]:
        """What the run goes on from."""
        claims = {str(marker): said for marker, said in self.composer.claims.items()}
        return {"raw": self.raw, "claims": claims, "shrink": self.shrink}


def known(url: str, transcript: Transcript) -> bool:
    """Whether an address was given by the person, the assistant's makers, or a text that was read. One that the model
    has put into a call before anybody named it may come back in a result: that proves nothing."""
    if url in transcript.said_by_person:
        return True
    for each in transcript.calls:
        if url in json.dumps(each.arguments, ensure_ascii=False):
            return False
        if url in (transcript.text(each.number) or ""):
            return True
    return False
