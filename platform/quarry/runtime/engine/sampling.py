"""Picks the next token: greedy at temperature 0, else drawn; under a grammar only what it allows."""

from __future__ import annotations

import ctypes
import secrets
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..types import InvalidRequest, Logprob, Params
from .context import Context
from .grammars import CANDIDATE, Gate, Grammar, Trigger, token_array
from .library import llama
from .logprobs import Meter
from .model import LoadedModel
from .penalties import Penalties

LIKELY = 256  # tokens; the best one that a grammar allows is nearly always among them
BLOCK = 256  # tokens whose largest logit is looked at first


class Sampler:
    """One request's way of picking."""

    def __init__(
        self, model: LoadedModel, params: Params, grammar: str | None = None, trigger: Trigger | None = None
    ) -> None:
        self._llama = llama()
        self._penalties = Penalties(model, params)
        self._meter = Meter(model, params.logprobs) if params.logprobs is not None else None
        self._gate = Gate(model, grammar, trigger) if grammar or trigger else None
        self._chain = self._make_chain(params) if params.temperature > 0 else None
        # So many of the tokens that are allowed decide; 0: all of them.
        self._needed = params.top_k if self._chain else 1
        self._top_k = params.top_k

    def _make_chain(self, params: Params) -> Any:
        """In the order of llama.cpp's own server. What leaves every token in is left out: it would only take time."""
        chain = self._llama.llama_sampler_chain_init(self._llama.llama_sampler_chain_default_params())
        for link in self._links(params):
            self._llama.llama_sampler_chain_add(chain, link)
        return chain

    def _links(self, params: Params) -> list[Any]:
        links = []
        if params.top_k:
            links.append(self._llama.llama_sampler_init_top_k(params.top_k))
        if params.top_p < 1:
            links.append(self._llama.llama_sampler_init_top_p(params.top_p, 1))
        if params.min_p:
            links.append(self._llama.llama_sampler_init_min_p(params.min_p, 1))
        seed = secrets.randbits(32) if params.seed is None else params.seed
        # The largest number would mean "any seed" to llama.cpp.
        seed %= 0xFFFFFFFF
        return [
            *links,
            self._llama.llama_sampler_init_temp(params.temperature),
            self._llama.llama_sampler_init_dist(seed),
        ]

    def close(self) -> None:
        if self._chain:
            self._llama.llama_sampler_free(self._chain)
            self._chain = None
        if self._gate:
            self._gate.close()
            self._gate = None

    def pick(self, context: Context, row: int) -> int:
        """The next token. Raises InvalidRequest where the grammar leaves none."""
        logits = context.logits(row)
        if self._meter:
            self._meter.read(logits)
        self._penalties.apply(logits)
        token = self._draw(context, row, logits)
        if self._gate:
            token = self._through(self._gate, token, context, row, logits)
        self._penalties.wrote(token)
        return token

    def logprob(self, token: int) -> Logprob | None:
        """Of the token that was picked last, if it was asked for."""
        return self._meter.of(token) if self._meter else None

    def _draw(self, context: Context, row: int, logits: NDArray[np.float32]) -> int:
        if self._chain is None:
            return int(logits.argmax())
        if 0 < self._top_k <= LIKELY:
            return self._drawn_from(candidates_of(likeliest(logits, self._top_k), logits))
        return int(self._llama.llama_sampler_sample(self._chain, context.handle, row))

    def _through(self, gate: Gate, token: int, context: Context, row: int, logits: NDArray[np.float32]) -> int:
        # Checking one token is cheap, all of them is not: so the grammar comes second.
        while not gate.allows(token):
            if gate.active:
                token = self._among(gate.active, logits)
                break
            logits[token] = -np.inf
            token = self._draw(context, row, logits)
        gate.accept(token)
        return token

    def _among(self, grammar: Grammar, logits: NDArray[np.float32]) -> int:
        """The token to write of those that the grammar allows."""
        if self._needed and len(logits) > LIKELY:
            best = np.argpartition(logits, -LIKELY)[-LIKELY:]
            if (token := self._choose(grammar, best, logits, self._needed)) is not None:
                return token
        token = self._choose(grammar, np.arange(len(logits)), logits, 1)
        if token is None:
            raise InvalidRequest("The grammar leaves the model nothing that it could write.")
        return token

    def _choose(
        self, grammar: Grammar, tokens: NDArray[np.int64], logits: NDArray[np.float32], least: int
    ) -> int | None:
        """One of these tokens, if the grammar allows at `least` so many of them."""
        candidates = candidates_of(tokens, logits)
        grammar.restrict(candidates)
        candidates = candidates[np.isfinite(candidates["logit"])]
        if len(candidates) < least:
            return None
        if self._chain is None:
            return int(candidates["id"][candidates["logit"].argmax()])
        return self._drawn_from(candidates)

    def _drawn_from(self, candidates: NDArray[Any]) -> int:
        array = token_array(candidates)
        self._llama.llama_sampler_apply(self._chain, ctypes.byref(array))
        return int(array.data[array.selected].id)


def candidates_of(tokens: NDArray[np.int64], logits: NDArray[np.float32]) -> NDArray[Any]:
    """These tokens as llama.cpp's samplers take them."""
    candidates = np.zeros(len(tokens), CANDIDATE)
    candidates["id"], candidates["logit"] = tokens, logits[tokens]
    return candidates


def likeliest(logits: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """The tokens with the `count` largest logits, and perhaps some more. Of each block of tokens only the largest is
    looked at: the `count`-th largest of those is a bound that at least so many tokens reach. That is several times
    faster than to sort the vocabulary out."""
    peaks = np.maximum.reduceat(logits, np.arange(0, len(logits), BLOCK))
    if len(peaks) <= count:
        return np.arange(len(logits))
    bound = np.partition(peaks, -count)[-count]
    return np.flatnonzero(logits >= bound)
