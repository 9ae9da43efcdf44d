"""Reranking: an optional slot. None is installed by default: no reranker that reads Chinese can be had without a hub.

A folder `<store>/reranker/` with a CrossEncoder (as `sentence-transformers` saves it) and a `manifest.json` of its
digests is used when it is there; without one `rerank` answers None, and callers keep the order they have.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import budget, settings
from .store import digest, read_json
from .types import ModelUnavailable

OVERHEAD = 1.3  # of the file's size: tokeniser, buffers


class Reranker:
    """A CrossEncoder in memory; a call holds it busy."""

    def __init__(self, folder: Path) -> None:
        for name, facts in _files(folder).items():
            if digest(folder / name) != facts["sha256"]:
                raise ModelUnavailable(f"{folder / name} is not the file it should be; the reranker is not loaded.")
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
    folder = settings.current().models / "reranker"
    if not (folder / "manifest.json").exists():
        return None
    if not passages:
        return []
    return budget.models.take("reranker", Reranker, lambda _: _plan(folder)).scores(query, passages)


def _plan(folder: Path) -> tuple[int, Callable[[], Reranker]]:
    size = sum((folder / name).stat().st_size for name in _files(folder))
    return int(size * OVERHEAD), lambda: Reranker(folder)


def _files(folder: Path) -> dict[str, Any]:
    return dict(read_json(folder / "manifest.json").get("files", {}))
