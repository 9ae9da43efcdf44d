"""Chat completions as OpenAI's clients read them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from quarry.api.sentences import said
from quarry.events import Event

from agents.models import Run
from apps.gateway.api.shape import JSON, Frame, token
from apps.gateway.requests import Wanted


class ChatShape:
    def __init__(self, run: Run, wanted: Wanted) -> None:
        self._frame = Frame(run, wanted, "chatcmpl", "chat.completion", "chat.completion.chunk")
        self._wanted = wanted
        # An assistant's answer is told when it has been checked: see apps.gateway.assistant.
        self._checked = "question" in wanted.input
        self._calls: Counter[int] = Counter()

    def opening(self) -> list[JSON]:
        """Each choice says first who speaks."""
        return [self._delta(n, {"role": "assistant", "content": ""}) for n in range(self._wanted.choices)]

    def chunks(self, event: Event) -> list[JSON]:
        if self._checked and event.kind != "done":
            return []
        number = event.data.get("choice", 0)
        match event.kind:
            case "token":
                scored = event.data.get("logprobs")
                return [self._delta(number, {"content": event.data["text"]}, logprobs=_logprobs(scored))]
            case "reasoning":
                return [self._delta(number, {"reasoning_content": event.data["text"]})]
            case "tool_call":
                return [
                    self._delta(number, {"tool_calls": [self._numbered(number, each)]}) for each in event.data["calls"]
                ]
            case "done":
                return [*self._ends(event), *self._frame.usage(event)]
        return []

    def whole(self, end: Event) -> JSON:
        found = _choices(end)
        if not self._wanted.logprobs:
            return self._frame.whole(end, [{**_choice(each), "logprobs": None} for each in found])
        return self._frame.whole(end, [{**_choice(each), "logprobs": _logprobs(each["logprobs"])} for each in found])

    def _ends(self, event: Event) -> list[JSON]:
        """Of an assistant's answer the answer as well."""
        if event.data["result"] is not None:
            return [self._delta(each["number"], {}, each["finish_reason"]) for each in _choices(event)]
        answer, more = _answer(event), {"citations": event.data["citations"], **_waiting(event)}
        return [self._delta(0, {"content": answer}), self._delta(0, more, "stop")]

    def _delta(self, number: int, delta: JSON, reason: str | None = None, logprobs: JSON | None = None) -> JSON:
        return self._frame.chunk({"index": number, "delta": delta, "logprobs": logprobs, "finish_reason": reason})

    def _numbered(self, number: int, call: Mapping[str, str]) -> JSON:
        place = self._calls[number]
        self._calls[number] += 1
        return {"index": place, **_call(call)}


def _choices(end: Event) -> list[Any]:
    """An assistant's answer is one choice with its citations."""
    if end.data["result"] is not None:
        return list(end.data["result"]["choices"])
    plain = {"number": 0, "reasoning": "", "tool_calls": [], "logprobs": [], "finish_reason": "stop"}
    return [plain | {"text": _answer(end), "citations": end.data["citations"], **_waiting(end)}]


def _waiting(end: Event) -> JSON:
    """Where the run is found that waits for a person."""
    return {"quarry": end.data["quarry"]} if "quarry" in end.data else {}


def _answer(end: Event) -> str:
    return said(end.data["detail"]) if "quarry" in end.data else str(end.data["answer"])


def _choice(facts: Mapping[str, Any]) -> JSON:
    calls = [_call(each) for each in facts["tool_calls"]]
    content = None if calls and not facts["text"].strip() else facts["text"]
    message: JSON = {"role": "assistant", "content": content, "refusal": None}
    more = {"tool_calls": calls, "reasoning_content": facts["reasoning"], "citations": facts.get("citations")}
    more |= {"quarry": facts.get("quarry")}
    message |= {name: value for name, value in more.items() if value or (name == "citations" and value is not None)}
    return {"index": facts["number"], "message": message, "finish_reason": facts["finish_reason"]}


def _call(call: Mapping[str, str]) -> JSON:
    return {"id": call["id"], "type": "function", "function": {"name": call["name"], "arguments": call["arguments"]}}


def _logprobs(scored: Sequence[Any] | None) -> JSON | None:
    if scored is None:
        return None
    content = [
        {**_scored(text, logprob), "top_logprobs": [_scored(*each) for each in top]} for text, logprob, top in scored
    ]
    return {"content": content, "refusal": None}


def _scored(latin: str, logprob: float) -> JSON:
    text, raw = token(latin)
    return {"token": text, "bytes": raw, "logprob": logprob}
