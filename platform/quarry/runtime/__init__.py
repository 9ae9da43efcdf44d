"""The door to the models: generate, embed, count tokens. Callers cannot tell what stands behind it.

A process calls `configure` once. `generate` works in the process that called `load` (the inference worker);
`embed` works everywhere: where the embedder does not live in this process, it asks through `embed_via`.
Heavy libraries (llama.cpp, torch) are imported by the first call that needs them, never by `import quarry.runtime`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import settings
from .types import (
    Call,
    Cancelled,
    Document,
    Done,
    EmbedKind,
    EmbedVia,
    EngineBusy,
    Event,
    FailedOver,
    InvalidRequest,
    Logprob,
    Message,
    ModelInfo,
    ModelUnavailable,
    Params,
    Prefill,
    PromptTooLong,
    Queued,
    Reasoning,
    Request,
    RuntimeFault,
    Token,
    Tool,
    ToolCall,
    ToolChoice,
    Usage,
    Vectors,
)

if TYPE_CHECKING:
    from .remote import Endpoint

__all__ = [
    "Call",
    "Document",
    "Done",
    "EngineBusy",
    "Event",
    "FailedOver",
    "InvalidRequest",
    "Logprob",
    "Message",
    "ModelInfo",
    "ModelUnavailable",
    "Params",
    "Prefill",
    "PromptTooLong",
    "Queued",
    "Reasoning",
    "Request",
    "RuntimeFault",
    "Token",
    "Tool",
    "ToolCall",
    "ToolChoice",
    "Usage",
    "complete",
    "configure",
    "count_tokens",
    "current_model",
    "embed",
    "embedding_space",
    "embedding_tokens",
    "generate",
    "load",
    "loaded",
    "models",
    "needs_model",
    "offer",
    "order",
    "related_similarity",
    "rerank",
    "serve",
    "unload",
]


def configure(
    home: Path,
    models: Path,
    model: str | None = None,
    offline: bool = False,
    embed_via: EmbedVia | None = None,
    workers: int = 1,
    checkpoint_disk: int = 0,
    slots: int = settings.SLOTS,
) -> None:
    """Tells this process where its models lie, which one to use, and who embeds (None: this process itself). For
    `workers`, `checkpoint_disk` (bytes) and `slots` see `Settings`."""
    chosen = settings.Settings(Path(home), Path(models), model, offline, embed_via, workers, checkpoint_disk, slots)
    settings.configure(chosen)


def offer(endpoints: Callable[[], Sequence[Endpoint]], order: Callable[[], Sequence[str]]) -> None:
    """Tells this process of remote models and of the order in which models are tried; both are read for each call."""
    settings.offer(endpoints, order)


def order() -> list[str]:
    """The names of the models that answer where nobody says which one, the first that can."""
    return list(settings.current().order())


def needs_model() -> bool:
    """Whether the embedded model has a place in the order: where it has none, a worker need not load it."""
    from . import route

    return route.needs_model()


def models() -> list[dict[str, Any]]:
    """Every model of the catalogue with what this machine has and holds: installed, verified, fits, active."""
    from . import listing

    return listing.listing()


def load() -> ModelInfo:
    """Verifies the chosen chat model and loads it into this process; a second call returns at once."""
    from . import pool

    return pool.load()


def serve() -> None:
    """Lets this process load the chat model when it is first asked for, where remote models answer otherwise."""
    from . import pool

    pool.serve()


def unload() -> None:
    """Stops the engine thread and frees the chat model; for tests and orderly shutdown."""
    from . import pool

    pool.unload()


def loaded() -> list[dict[str, Any]]:
    """The chat models in this process's memory: id, digest, slots, memory, speed, counters."""
    from . import pool

    return [each.facts() for each in pool.loaded()]


def current_model() -> ModelInfo:
    """The chat model: the loaded one, else the one that `load` would load."""
    from . import pool

    return pool.current_model()


def generate(
    messages: Sequence[Message],
    *,
    model: str | Sequence[str] | None = None,
    documents: Sequence[Document] = (),
    tools: Sequence[Tool] = (),
    choice: ToolChoice = "auto",
    parallel: bool = True,
    allowed: Sequence[Tool] | None = None,
    schema: Mapping[str, Any] | None = None,
    grammar: str | None = None,
    params: Params | None = None,
    cancelled: Cancelled | None = None,
) -> Iterator[Event]:
    """Streams the model's answer: `Queued`, `Prefill`s, `Reasoning`, `Token`s and `ToolCall`s, then one `Done`.

    `model` is a name ("embedded", a catalogue id, or "endpoint/<slug>"), several in the order in which they are tried
    (the next where one cannot answer, which a `FailedOver` tells), or None for the installation's own order. For the
    rest see `Request`. `cancelled` is asked every few dozen milliseconds from the calling thread; closing the iterator
    cancels as well. Raises a `RuntimeFault`.
    """
    from . import route

    request = Request(
        messages,
        documents=documents,
        tools=tools,
        choice=choice,
        parallel=parallel,
        allowed=allowed,
        schema=schema,
        grammar=grammar,
        params=params or Params(),
        cancelled=cancelled,
    )
    return route.generate(model, request)


def complete(
    prompt: str,
    *,
    model: str | Sequence[str] | None = None,
    suffix: str = "",
    schema: Mapping[str, Any] | None = None,
    grammar: str | None = None,
    params: Params | None = None,
    cancelled: Cancelled | None = None,
) -> Iterator[Event]:
    """Streams what follows `prompt`, and, with a model that was trained for it, what comes between it and `suffix`;
    no template and no roles. Otherwise like `generate`."""
    from . import route

    request = Request(
        prompt=prompt, suffix=suffix, schema=schema, grammar=grammar, params=params or Params(), cancelled=cancelled
    )
    return route.generate(model, request)


def count_tokens(text: str) -> int:
    """How many tokens of the chat model `text` has; needs the model's file, but not `load`. An estimate where this
    installation's only models are remote."""
    from . import route

    return route.count_tokens(text)


def embed(texts: Sequence[str], kind: EmbedKind, space: str | None = None) -> Vectors:
    """Unit vectors of `texts`, float32 (n, dim). `space` other than `embedding_space()[0]` is refused."""
    from . import embedding

    return embedding.embed(texts, kind, space)


def embedding_space() -> tuple[str, int]:
    """The name and dimension of the space this installation embeds into. The name changes with the model's bytes."""
    from . import embedding

    return embedding.embedding_space()


def embedding_tokens(texts: Sequence[str], kind: EmbedKind) -> tuple[list[int], int]:
    """How many tokens each text has for the embedding model, and how many one may have; needs its files only."""
    from .embedding import tokens

    return tokens.count(texts, kind)


def related_similarity() -> float | None:
    """The cosine from which on a passage mostly speaks of what a query asks, in this installation's embedding space;
    None where nobody has measured it, or there is no embedding model."""
    from . import embedding

    return embedding.related_similarity()


def rerank(query: str, passages: Sequence[str]) -> list[float] | None:
    """Scores of the passages for the query, or None where no reranker is installed: keep the order you have."""
    from . import reranking

    return reranking.rerank(query, passages)
