"""Embeds a document's passages in batches, with the next batch always on its way so that the embedder never waits."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from quarry import runtime

from ingestion.chunk import Chunk
from ingestion.patience import patiently

BATCH = 16
IN_FLIGHT = 2  # one being embedded, one waiting behind it
_CONTEXT_LIMIT = 160
# Shared by all documents of this process; its threads keep their connection to Valkey.
_callers = ThreadPoolExecutor(max_workers=2 * IN_FLIGHT, thread_name_prefix="embed")


def with_context(title: str, chunk: Chunk) -> str:
    """What is embedded: the passage under its document's title and those of its headings that it does not hold
    itself. A passage from the middle of a section rarely says what it is about."""
    above = [name for name in (title, *chunk.heading.split(" > ")) if name and name not in chunk.text]
    context = " > ".join(dict.fromkeys(above))[:_CONTEXT_LIMIT]
    return f"{context}\n{chunk.text}" if context else chunk.text


def embed_all(texts: Sequence[str], space: str, report: Callable[[float], None], stop: threading.Event) -> np.ndarray:
    """Vectors of all texts, in their order. Texts of like length share a batch: padding is wasted work. `report` hears
    how much is done, 0 to 1, and may raise to end it."""
    order = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
    batches = deque(order[first : first + BATCH] for first in range(0, len(order), BATCH))
    under_way: deque[tuple[list[int], Future[np.ndarray]]] = deque()
    vectors: np.ndarray | None = None
    done = 0
    try:
        while batches or under_way:
            while batches and len(under_way) < IN_FLIGHT:
                batch = batches.popleft()
                under_way.append((batch, _callers.submit(_embed, [texts[index] for index in batch], space, stop)))
            batch, answer = under_way.popleft()
            rows = answer.result()
            if vectors is None:
                vectors = np.empty((len(texts), rows.shape[1]), dtype=np.float32)
            vectors[batch] = rows
            done += len(batch)
            report(done / len(texts))
    finally:
        for _, answer in under_way:
            answer.cancel()
    if vectors is None:
        raise ValueError("There is nothing to embed.")
    return vectors


def _embed(texts: list[str], space: str, stop: threading.Event) -> np.ndarray:
    return patiently(lambda: runtime.embed(texts, "passage", space), stop)
