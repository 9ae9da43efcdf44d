"""What a request changes about the model's logits before a token is drawn: biases, penalties, openings.

llama.cpp has samplers for the first two. They look at every candidate each time, which its own documentation advises
against for a whole vocabulary, and its penalties count a drawn token also where a grammar then refuses it. Here only
the tokens concerned are touched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..types import Params
from .model import LoadedModel


class Penalties:
    """Applies to one answer; in place, on the row that the token is drawn from."""

    def __init__(self, model: LoadedModel, params: Params) -> None:
        self._bias = _columns(params.logit_bias)
        self._presence, self._frequency = params.presence_penalty, params.frequency_penalty
        self._written: Counter[int] = Counter()
        # Asked at the first token, and empty from then on.
        self._openings = {model.tokenize(text, special=False)[0]: least for text, least in params.openings.items()}

    def apply(self, logits: NDArray[np.float32]) -> None:
        if self._openings:
            rule_out(logits, self._openings)
            self._openings = {}
        if self._bias:
            tokens, biases = self._bias
            logits[tokens] += biases
        if self._written:
            tokens, counts = _columns(self._written) or (np.zeros(0, np.int64), np.zeros(0, np.float32))
            logits[tokens] -= self._presence + self._frequency * counts

    def wrote(self, token: int) -> None:
        if self._presence or self._frequency:
            self._written[token] += 1


def _columns(values: Mapping[int, float]) -> tuple[NDArray[np.int64], NDArray[np.float32]] | None:
    if not values:
        return None
    return np.fromiter(values.keys(), np.int64), np.fromiter(values.values(), np.float32)


def rule_out(logits: NDArray[np.float32], openings: Mapping[int, float]) -> None:
    """Makes those of the tokens impossible whose probability is less than is asked of them; changes `logits`."""
    shares = np.exp(logits - logits.max())
    total = shares.sum()
    for token, least in openings.items():
        if shares[token] < least * total:
            logits[token] = -np.inf
