"""Raw completions as OpenAI's clients read them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from quarry.events import Event

from agents.models import Run
from apps.gateway.api.shape import JSON, Frame, token
from apps.gateway.requests import Wanted


class TextShape:
    def __init__(self, run: Run, wanted: Wanted) -> None:
        self._frame = Frame(run, wanted, "cmpl", "text_completion", "text_completion")
        self._wanted = wanted
        self._written: Counter[int] = Counter()  # characters of each choice so far

    def opening(self) -> list[JSON]:
        """With `echo` each choice begins with its prompt."""
        return [
            self._piece(number, self._prompt(number)) for number in range(self._wanted.choices) if self._wanted.echo
        ]

    def chunks(self, event: Event) -> list[JSON]:
        match event.kind:
            case "token":
                return [self._piece(event.data["choice"], event.data["text"], event.data.get("logprobs"))]
            case "done":
                ends = [self._piece(each["number"], "", reason=each["finish_reason"]) for each in _choices(event)]
                return [*ends, *self._frame.usage(event)]
        return []

    def whole(self, end: Event) -> JSON:
        found = [
            self._choice(
                each["number"], self._prompt(each["number"]) + each["text"], each["logprobs"], each["finish_reason"]
            )
            for each in _choices(end)
        ]
        return self._frame.whole(end, found)

    def _prompt(self, number: int) -> str:
        return self._wanted.echo[number // self._wanted.input["n"]] if self._wanted.echo else ""

    def _piece(self, number: int, text: str, scored: Sequence[Any] | None = None, reason: str | None = None) -> JSON:
        return self._frame.chunk(self._choice(number, text, scored, reason))

    def _choice(self, number: int, text: str, scored: Sequence[Any] | None, reason: str | None) -> JSON:
        logprobs = self._logprobs(number, scored) if self._wanted.logprobs and scored is not None else None
        return {"index": number, "text": text, "logprobs": logprobs, "finish_reason": reason}

    def _logprobs(self, number: int, scored: Sequence[Any]) -> JSON:
        texts, offsets = [token(each[0])[0] for each in scored], []
        for text in texts:
            offsets.append(self._written[number])
            self._written[number] += len(text)
        tops = [{token(text)[0]: logprob for text, logprob in top} for _, _, top in scored]
        return {
            "tokens": texts,
            "token_logprobs": [each[1] for each in scored],
            "top_logprobs": tops,
            "text_offset": offsets,
        }


def _choices(end: Event) -> list[Any]:
    return list(end.data["result"]["choices"])
