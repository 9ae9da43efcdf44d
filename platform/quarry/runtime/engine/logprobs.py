"""Log-probabilities of what was written, and which of them belong to a piece of the text."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from ..types import Logprob
from .model import LoadedModel


class Meter:
    """Measures tokens against the model's own distribution: temperature 1, before penalties, biases and grammars."""

    def __init__(self, model: LoadedModel, alternatives: int) -> None:
        self._model, self._alternatives = model, alternatives
        self._logs: NDArray[np.float32] = np.zeros(0, np.float32)

    def read(self, logits: NDArray[np.float32]) -> None:
        """Keeps what the model said, before anybody changes it."""
        shifted = logits - logits.max()
        self._logs = shifted - np.log(np.exp(shifted).sum(dtype=np.float64)).astype(np.float32)

    def of(self, token: int) -> Logprob:
        return Logprob(self._piece(token), float(self._logs[token]), self._top())

    def _top(self) -> tuple[tuple[bytes, float], ...]:
        if not self._alternatives:
            return ()
        best = np.argpartition(self._logs, -self._alternatives)[-self._alternatives :]
        ordered = best[np.argsort(-self._logs[best], kind="stable")]
        return tuple((self._piece(int(token)), float(self._logs[token])) for token in ordered)

    def _piece(self, token: int) -> bytes:
        return self._model.piece(token, special=True)


class Marks:
    """Log-probabilities that wait for their text to be shown. A token belongs to the piece in which its first character
    stands; one whose text is never shown (a stop string, the end of the answer) is left out."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, Logprob]] = deque()

    def add(self, start: int, logprob: Logprob | None) -> None:
        """A token whose text begins behind `start` characters of the answer."""
        if logprob is not None:
            self._waiting.append((start, logprob))

    def take(self, begin: int, end: int) -> tuple[tuple[int, Logprob], ...]:
        """Those of the characters from `begin` to `end`, each with its place behind `begin`."""
        taken = []
        while self._waiting and self._waiting[0][0] < end:
            start, logprob = self._waiting.popleft()
            taken.append((max(0, start - begin), logprob))
        return tuple(taken)
