"""Asks the model, for summaries and extractions: what it writes as a whole, counted, and stopped when it must be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from quarry import runtime

from agents.loop.outcome import Counts, total, usage_facts
from agents.recorder import Recorder


class Stopped(Exception):
    """Somebody cancelled, or the time is over."""


@dataclass(frozen=True)
class Written:
    """What a model wrote once."""

    text: str
    reason: str
    model: runtime.ModelInfo
    usage: Counts
    logprobs: Sequence[runtime.Logprob] = ()


@dataclass
class Writer:
    """The model, within one run. `usage` and `model` are of all that was written."""

    cancelled: Callable[[], bool]
    recorder: Recorder | None = None
    models: Sequence[str] | None = None
    usage: Counts = field(default_factory=dict)
    model: runtime.ModelInfo | None = None

    def write(
        self,
        messages: Sequence[runtime.Message],
        documents: Sequence[runtime.Document],
        params: runtime.Params,
        schema: Mapping[str, Any] | None = None,
    ) -> Written:
        """Raises Stopped where the work is to end, and whatever the runtime raises."""
        more: dict[str, Any] = {"model": self.models, "schema": schema, "params": params, "cancelled": self.cancelled}
        text, logprobs = "", list[runtime.Logprob]()
        for event in runtime.generate(messages, documents=documents, **more):
            match event:
                case runtime.Queued(position) if self.recorder:
                    self.recorder.publish("queued", {"position": position})
                case runtime.Token(piece, scored):
                    text += piece
                    logprobs += scored
                case runtime.Done():
                    return self._done(text, event, logprobs)
        raise runtime.RuntimeFault("The model stopped without saying so.")

    def _done(self, text: str, done: runtime.Done, logprobs: Sequence[runtime.Logprob]) -> Written:
        if done.reason == "cancelled":
            raise Stopped
        used = usage_facts(done)
        self.usage = total([self.usage, used])
        self.model = done.model
        return Written(text, done.reason, done.model, used, logprobs)


def identities(models: Sequence[str] | None = None) -> list[str]:
    """By what is kept apart which was written by whom: the digest of a model's bytes, or the name of a remote one."""
    return [_identity(name) for name in models or runtime.order()]


def identity(info: runtime.ModelInfo) -> str:
    """The same of the model that wrote."""
    return info.sha256 or info.id


def _identity(name: str) -> str:
    if name.startswith("endpoint/"):
        return name
    try:
        return identity(runtime.current_model())
    except runtime.RuntimeFault:
        return name
