"""Reranking: an optional slot. None is installed by default: no reranker that reads Chinese can be had without a hub.

A folder `<store>/reranker/<id>/` with a CrossEncoder (as `sentence-transformers` saves it) and a `manifest.json` of its
digests is used when it is there, after the same checks as every model; without one `rerank` answers None, and callers
keep the order they have.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import budget, settings
from .catalogue import Model
from .store import Store

OVERHEAD = 1.3  # of the file's size: tokeniser, buffers


class Reranker:
    """A CrossEncoder in memory; a call holds it busy."""

    def __init__(self, folder: Path) -> None:
        from sentence_transformers import CrossEncoder

        self._encoder: Any = CrossEncoder(str(folder), device="cpu", trust_remote_code=False, local_files_only=True)
        self._lock = threading.Lock()
        self.busy = 0

    def scores(self, query: str, passages: Sequence[str]) -> list[float]:
        self.busy += 1
        try:
            with self._lock:
                found = self._encoder.predict([(query, passage) for passage in passages], show_progress_bar=False)
        finally:
            self.busy -= 1
        return [float(score) for score in found]

    def close(self) -> None:
        """The memory goes with the last reference; a call that is under way still has one."""


def rerank(query: str, passages: Sequence[str]) -> list[float] | None:
    """One score a passage, the higher the better; None where no reranker is installed."""
    store = Store(settings.current().models)
    if (model := _installed(store)) is None:
        return None
    if not passages:
        return []
    return budget.models.take("reranker", Reranker, lambda _: _plan(store, model)).scores(query, passages)


def _installed(store: Store) -> Model | None:
    """The first one in the slot. It needs no entry in the catalogue: its manifest pins its bytes."""
    manifests = sorted((store.root / "reranker").glob("*/manifest.json"))
    return _described(manifests[0].parent.name) if manifests else None


def _described(id: str) -> Model:
    return Model(
        id=id,
        name=id,
        kind="reranker",
        family=id,
        architecture="CrossEncoder",
        variant="instruct",
        licence="",
        parameters=0,
        context=0,
        sources=(),
    )


def _plan(store: Store, model: Model) -> tuple[int, Callable[[], Reranker]]:
    size = sum(facts["size"] for facts in store.manifest(model).get("files", {}).values())
    return int(size * OVERHEAD), lambda: _load(store, model)


def _load(store: Store, model: Model) -> Reranker:
    store.verify(model)
    return Reranker(store.folder(model))
