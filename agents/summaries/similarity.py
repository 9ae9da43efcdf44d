"""How near two sentences are in meaning, where there is an embedding model that answers."""

import logging

import numpy as np
from quarry import runtime

logger = logging.getLogger(__name__)


class Similarity:
    """Asks the embedding model; after it has not answered once, not again."""

    def __init__(self) -> None:
        self._missing = False
        self._known: dict[tuple[str, str], float] = {}

    def __call__(self, one: str, other: str) -> float | None:
        if self._missing:
            return None
        key = (one, other)
        if key not in self._known:
            try:
                vectors = runtime.embed([one, other[:2_000]], "query")
            except Exception as error:
                logger.warning("Sentences are compared by their words alone: %s", error)
                self._missing = True
                return None
            self._known[key] = float(np.dot(vectors[0], vectors[1]))
        return self._known[key]
