"""The embedding model in this process: verified, loaded once, used by one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import machine
from ..catalogue import Model
from ..types import EmbedKind, InvalidRequest, ModelUnavailable, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 32


class Embedder:
    """Turns texts into unit vectors. Texts longer than the model's limit are cut by its tokeniser."""

    def __init__(self, model: Model, folder: Path) -> None:
        self.model = model
        self._lock = threading.Lock()
        self.encoder = _load(folder)
        self.dimension = int(model.dimension or self.encoder.get_sentence_embedding_dimension() or 0)

    def embed(self, texts: Sequence[str], kind: EmbedKind) -> Vectors:
        if isinstance(texts, str) or kind not in ("query", "passage"):
            raise InvalidRequest('embed takes a list of texts and the kind "query" or "passage".')
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        prompt = self.model.query_prompt if kind == "query" else self.model.passage_prompt
        with self._lock:
            vectors: Any = self.encoder.encode(
                list(texts), prompt=prompt, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, np.float32)


def _load(folder: Path) -> SentenceTransformer:
    machine.share_cores()
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.set_verbosity_error()  # it reports the pooling layer that this kind of model does not have
    logging.disable_progress_bar()
    torch.set_num_threads(machine.cores())
    try:
        encoder = SentenceTransformer(str(folder), device="cpu", trust_remote_code=False, local_files_only=True)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise ModelUnavailable(f"The embedding model in {folder} cannot be loaded: {error}") from error
    return encoder.eval()
