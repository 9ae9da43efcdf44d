"""The words of the runtime's door: what callers pass in, what comes back, and what can go wrong.

Nothing in here knows llama.cpp, a network or Django, so every room of the house can type against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]
EmbedKind: TypeAlias = Literal["query", "passage"]
ToolChoice: TypeAlias = Literal["auto", "none", "required"]
DoneReason: TypeAlias = Literal["stop", "length", "cancelled", "tool_calls"]
JSON: TypeAlias = dict[str, Any]
Vectors: TypeAlias = NDArray[np.float32]
Cancelled: TypeAlias = Callable[[], bool]


class EmbedVia(Protocol):
    """How a process without the embedder asks the one that has it."""

    def __call__(self, texts: Sequence[str], kind: EmbedKind, space: str | None) -> Vectors: ...


# -- what goes in -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that an assistant made earlier in the conversation."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. `name` is the tool's name in a turn of role "tool"."""

    role: Role
    content: str
    tool_calls: Sequence[Call | ToolCall] = ()
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A passage that the answer may rest on. `id` is what the model sees and cites, for instance "1"."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool on offer; `parameters` is a JSON schema of type "object"."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Params:
    """How to sample. Temperature 0 is greedy, which is also what IBM advises for Granite.

    `top_k` 0, `min_p` 0 and `top_p` 1 leave every token in. The penalties are OpenAI's, from -2 to 2, over what the
    answer holds so far. `logit_bias` adds to the logits of tokens, from -100 to 100. `logprobs`: that many alternatives
    come with each token's log-probability (0: none but its own), None for no log-probabilities at all.

    `openings` are beginnings of an answer with the probability that the model must give to their first token; below it
    they are ruled out. A fixed phrase ("I don't know") has its whole probability in one token, while an answer's is
    spread over many ways to begin: greedy sampling alone takes the phrase far too often. A remote runtime ignores them.
    """

    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    logit_bias: Mapping[int, float] = field(default_factory=dict)
    logprobs: int | None = None
    seed: int | None = None
    stop: Sequence[str] = ()
    openings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """What a runtime, embedded or remote, is asked to write: the next turn after `messages`, or, where there is a
    `prompt`, what follows it and comes before `suffix`.

    `choice` says whether tools may be called ("auto"), must be ("required"), or must not ("none": the model is not told
    of them), and `parallel` whether more than one in a turn. `allowed` are those that may be called this time, None for
    all: the model is told of all, so that what it has read already stays the same. Their schemas may be narrower than
    those that the model is told, and a text in them may have to be `copied_from` another (the embedded engine only).
    The answer has the form of `schema` (a JSON schema) or of `grammar` (GBNF, the embedded engine only); then no tool
    is called.
    """

    messages: Sequence[Message] = ()
    prompt: str | None = None
    suffix: str = ""
    documents: Sequence[Document] = ()
    tools: Sequence[Tool] = ()
    choice: ToolChoice = "auto"
    parallel: bool = True
    allowed: Sequence[Tool] | None = None
    schema: Mapping[str, Any] | None = None
    grammar: str | None = None
    params: Params = field(default_factory=Params)
    cancelled: Cancelled | None = None

    @property
    def allowed_tools(self) -> list[Tool]:
        """Those of the tools that may be called, as they may be."""
        return list(self.tools if self.allowed is None else self.allowed)


# -- what comes back --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Usage:
    """`cached_tokens` of the prompt were taken from an earlier request instead of being read again."""

    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int

    def __add__(self, other: Usage) -> Usage:
        """Of two requests together."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.completion_tokens + other.completion_tokens,
        )


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The model that answers: its catalogue id, the digest that was verified, and its context in tokens. `prices` are
    those of a million tokens read and written, None where nobody is paid."""

    id: str
    sha256: str
    context: int
    prices: Sequence[float] | None = None

    def cost(self, usage: Usage) -> float:
        """What a request comes to, in the currency of the prices. What a service has read before counts like the rest:
        not every one gives a discount."""
        read, written = self.prices or (0.0, 0.0)
        return (usage.prompt_tokens * read + usage.completion_tokens * written) / 1_000_000


@dataclass(frozen=True, slots=True)
class Queued:
    """The model is busy with others; `position` 1 is next."""

    position: int


@dataclass(frozen=True, slots=True)
class Prefill:
    """`done` of `total` prompt tokens have been read."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Logprob:
    """A token of the answer as the model wrote it, and its natural log-probability; `top` are the most likely ones."""

    token: bytes
    logprob: float
    top: Sequence[tuple[bytes, float]] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """The next piece of the answer: whole characters, never half of one. `logprobs`: of the tokens that were written
    since the last piece, where they were asked for."""

    text: str
    logprobs: Sequence[Logprob] = ()


@dataclass(frozen=True, slots=True)
class Reasoning:
    """What a thinking model says to itself: never part of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model wants this tool called. The arguments are well-formed JSON, and with the embedded engine they have the
    form of the tool's schema; whether they satisfy it (ranges, lengths, patterns) is for the caller to check."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """Always the last event of a stream that did not raise. `stop`: the stop string that ended it, if one did."""

    reason: DoneReason
    usage: Usage
    model: ModelInfo
    stop: str = ""


@dataclass(frozen=True, slots=True)
class FailedOver:
    """`model` could not answer, for the reason in `why`, and the next one in the order is asked. Comes before anything
    of an answer."""

    model: str
    why: str


Event: TypeAlias = Queued | Prefill | FailedOver | Reasoning | Token | ToolCall | Done


# -- what goes wrong --------------------------------------------------------------------------------------------------


class RuntimeFault(Exception):
    """Base of everything the runtime raises on purpose; its text may be shown to a person."""


class ModelUnavailable(RuntimeFault):
    """No model can answer: not downloaded, not verified, not loaded in this process, or it does not fit."""


class InvalidRequest(RuntimeFault):
    """The caller asked for something that cannot be done, whatever the model."""


@dataclass
class PromptTooLong(RuntimeFault):
    """The prompt needs more tokens than the context leaves room for."""

    tokens: int
    limit: int

    def __str__(self) -> str:
        return f"The prompt has {self.tokens} tokens, but only {self.limit} fit into the model's context."


@dataclass
class EngineBusy(RuntimeFault):
    """Too many requests are waiting already; `retry_after` is in seconds."""

    retry_after: float = field(default=5.0)

    def __str__(self) -> str:
        return f"The model has too many requests waiting; try again in {self.retry_after:.0f} seconds."
