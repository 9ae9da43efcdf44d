"""A request to a model as a program sends it: messages or prompts, written on as they are, nothing added.

The run's `input`: `model`; `messages`, or `prompts` and `suffix`; `tools`, `choice`, `parallel`, `schema`, `params`;
`n` choices of each prompt; `stream`, whether somebody reads along. Its `result`: the choices in order.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from quarry import runtime
from quarry.text import storable

from agents.models import Run
from agents.recorder import Recorder

from . import assistant
from .agent import Agent
from .outcome import Counts, Outcome, TimeLimit, total, usage_facts
from .question import Question

Scored = list[Any]  # of a token: its bytes as Latin-1, its log-probability, the most likely ones as pairs


@dataclass
class Choice:
    """One answer as it grows."""

    number: int
    prompt: int
    text: str = ""
    reasoning: str = ""
    tool_calls: list[dict[str, str]] = field(default_factory=list)
    logprobs: list[Scored] = field(default_factory=list)
    finish_reason: str = ""
    done: runtime.Done | None = None

    def facts(self) -> dict[str, Any]:
        """As it is stored."""
        facts = {name: value for name, value in asdict(replace(self, done=None)).items() if name != "done"}
        return storable(facts)


def carry_out(
    run: Run, recorder: Recorder, cancelled: Callable[[], bool], deadline: float
) -> "Completion | Question | Agent":
    """An attempt at the request; one to an assistant is a question."""
    if "question" in run.input:
        return assistant.carry_out(run, recorder, cancelled, deadline)
    return Completion(run, recorder, cancelled, deadline)


class Completion:
    """One attempt at answering one request."""

    def __init__(self, run: Run, recorder: Recorder, cancelled: Callable[[], bool], deadline: float) -> None:
        self.input: Mapping[str, Any] = run.input
        self._recorder, self._cancelled, self._deadline = recorder, cancelled, deadline
        self._failed = threading.Event()

    def answer(self) -> Outcome:
        """Writes all choices, side by side where there are several."""
        n, prompts = self.input["n"], len(self.input.get("prompts", [None]))
        choices = [Choice(number, number // n) for number in range(n * prompts)]
        if len(choices) == 1:
            self._write(choices[0])
        else:
            self._write_all(choices)
        return self._outcome(choices)

    def _write_all(self, choices: list[Choice]) -> None:
        """The first that fails stops the others, which nobody would get."""
        with ThreadPoolExecutor(len(choices), thread_name_prefix="choice") as pool:
            for future in [pool.submit(self._write, choice) for choice in choices]:
                future.result()

    def _write(self, choice: Choice) -> None:
        try:
            for event in self._events(choice):
                self._take(choice, event)
        except BaseException:
            self._failed.set()
            raise
        if choice.done is None:
            raise runtime.RuntimeFault("The model stopped without saying so.")

    def _events(self, choice: Choice) -> Iterator[runtime.Event]:
        asked, params = self.input, parameters(self.input["params"])
        if params.seed is not None:
            params = replace(params, seed=(params.seed + choice.number) % 2**32)
        more: dict[str, Any] = {"model": asked["model"], "schema": asked.get("schema"), "params": params}
        more["cancelled"] = lambda: self._cancelled() or self._failed.is_set()
        if "prompts" in asked:
            return runtime.complete(asked["prompts"][choice.prompt], suffix=asked["suffix"], **more)
        tools = [runtime.Tool(**tool) for tool in asked["tools"]]
        names = asked.get("allowed")
        allowed = None if names is None else [tool for tool in tools if tool.name in names]
        more |= {"choice": asked["choice"], "parallel": asked["parallel"], "allowed": allowed}
        return runtime.generate([message(each) for each in asked["messages"]], tools=tools, **more)

    def _take(self, choice: Choice, event: runtime.Event) -> None:
        match event:
            case runtime.Queued(position) if choice.number == 0:
                self._recorder.publish("queued", {"position": position})
            case runtime.Prefill(done, total) if choice.number == 0:
                self._recorder.publish("progress", {"stage": "reading", "done": done, "total": total})
            case runtime.Reasoning(text):
                choice.reasoning += text
                self._tell("reasoning", choice, text=text)
            case runtime.Token(text, logprobs):
                choice.text += text
                choice.logprobs += (scored := [_scored(each) for each in logprobs])
                self._tell("token", choice, text=text, **({"logprobs": scored} if scored else {}))
            case runtime.ToolCall(id, name, arguments):
                choice.tool_calls.append(call := _call(id, name, arguments))
                self._tell("tool_call", choice, calls=[call])
            case runtime.Done():
                choice.done, choice.finish_reason = event, self._reason(event)

    def _tell(self, kind: str, choice: Choice, **data: Any) -> None:
        if self.input["stream"]:
            self._recorder.piece(kind, {"choice": choice.number, **data})

    def _reason(self, done: runtime.Done) -> str:
        """Why it ended. What was written until the time was over is an answer that was cut off."""
        if done.reason != "cancelled":
            return done.reason
        return "length" if time.monotonic() > self._deadline else "stop"

    def _outcome(self, choices: list[Choice]) -> Outcome:
        ends = [choice.done for choice in choices if choice.done]
        stopped = any(end.reason == "cancelled" for end in ends)
        if stopped and time.monotonic() > self._deadline and not any(end.usage.completion_tokens for end in ends):
            raise TimeLimit
        return Outcome(
            choices[0].text,
            usage=_usage(choices, self.input["n"]),
            model=ends[0].model,
            cancelled=stopped and time.monotonic() <= self._deadline,
            result={"choices": [choice.facts() for choice in choices]},
        )


def message(facts: Mapping[str, Any]) -> runtime.Message:
    """A turn as the runtime takes it."""
    calls = [runtime.Call(**call) for call in facts.get("tool_calls", ())]
    return runtime.Message(facts["role"], facts["content"], calls, facts.get("name"))


def parameters(facts: Mapping[str, Any]) -> runtime.Params:
    """The parameters of sampling; JSON knows no whole numbers as keys."""
    return runtime.Params(**{**facts, "logit_bias": {int(k): v for k, v in facts.get("logit_bias", {}).items()}})


def _scored(token: runtime.Logprob) -> Scored:
    top = [[text.decode("latin-1"), logprob] for text, logprob in token.top]
    return [token.token.decode("latin-1"), token.logprob, top]


def _call(id: str, name: str, arguments: Mapping[str, Any]) -> dict[str, str]:
    return {"id": id, "name": name, "arguments": json.dumps(arguments, ensure_ascii=False)}


def _usage(choices: list[Choice], n: int) -> Counts:
    """Each prompt counts once, however many choices there are of it; not so in what they cost."""
    counted = [usage_facts(choice.done) for choice in choices if choice.done]
    once = total(counted[::n])
    return total(counted) | {name: once[name] for name in ("prompt_tokens", "cached_tokens")}
