"""Reranking: an optional slot. None is installed by default: no reranker that reads Chinese can be had without a hub.

A folder `<store>/reranker/` with a CrossEncoder (as `sentence-transformers` saves it) and a `manifest.json` of its
digests is used when it is there; without one `rerank` answers None, and callers keep the order they have.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import settings
from .store import digest, read_json
from .types import ModelUnavailable

_lock = threading.Lock()
_loaded: dict[Path, Any] = {}


def rerank(query: str, passages: Sequence[str]) -> list[float] | None:
    """One score a passage, the higher the better; None where no reranker is installed."""
    folder = settings.current().models / "reranker"
    if not (folder / "manifest.json").exists():
        return None
    if not passages:
        return []
    with _lock:
        encoder = _loaded.get(folder) or _loaded.setdefault(folder, _load(folder))
        scores = encoder.predict([(query, passage) for passage in passages], show_progress_bar=False)
    return [float(score) for score in scores]


def _load(folder: Path) -> Any:
    for name, facts in read_json(folder / "manifest.json").get("files", {}).items():
        if digest(folder / name) != facts["sha256"]:
            raise ModelUnavailable(f"{folder / name} is not the file it should be; the reranker is not loaded.")
    from sentence_transformers import CrossEncoder

    return CrossEncoder(str(folder), device="cpu", trust_remote_code=False, local_files_only=True)
