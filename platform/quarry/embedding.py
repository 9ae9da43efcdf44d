"""Embedding across processes: one worker holds the embedder, all others ask it through the `embed` queue."""

import base64
from collections.abc import Sequence
from typing import Literal

import numpy as np
from celery.exceptions import TimeoutError as CeleryTimeout
from celery.result import allow_join_result

from quarry import runtime
from quarry.celery import app

QUERY_PRIORITY, PASSAGE_PRIORITY = 0, 9  # on Redis the smaller number is served first
WAIT_SECONDS = {"query": 20, "passage": 300}


@app.task(name="quarry.embed", acks_late=False, ignore_result=False)
def embed(texts: list[str], kind: Literal["query", "passage"], space: str | None) -> dict[str, object]:
    """Embeds in the worker that holds the embedder; float32 rows as base64, since Celery speaks JSON."""
    vectors = runtime.embed(texts, kind, space)
    return {"shape": list(vectors.shape), "data": base64.b64encode(vectors.astype("<f4").tobytes()).decode()}


def through_worker(texts: Sequence[str], kind: Literal["query", "passage"], space: str | None) -> np.ndarray:
    """`runtime.embed` for processes without an embedder. Raises ModelUnavailable when no worker answers in time."""
    priority = QUERY_PRIORITY if kind == "query" else PASSAGE_PRIORITY
    sent = embed.apply_async((list(texts), kind, space), priority=priority, expires=WAIT_SECONDS[kind])
    try:
        with allow_join_result():
            answer = sent.get(timeout=WAIT_SECONDS[kind], interval=0.01)
    except CeleryTimeout:
        raise runtime.ModelUnavailable("The embedding worker does not answer; it may be starting.") from None
    return np.frombuffer(base64.b64decode(answer["data"]), dtype="<f4").reshape(answer["shape"])
