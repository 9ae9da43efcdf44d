"""Picks the next token: greedy at temperature 0, else nucleus sampling; under a grammar only what it allows."""

from __future__ import annotations

import ctypes
import secrets
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..types import InvalidRequest, Params
from .context import Context
from .library import llama
from .model import LoadedModel

CANDIDATE = np.dtype([("id", "<i4"), ("logit", "<f4"), ("p", "<f4")])


class Sampler:
    """A chain of llama.cpp's samplers for one request."""

    def __init__(self, model: LoadedModel, params: Params, grammar: str | None) -> None:
        self._llama = llama()
        self._grammar = self._make_grammar(model, grammar) if grammar else None
        self._chain = self._llama.llama_sampler_chain_init(self._llama.llama_sampler_chain_default_params())
        for link in self._links(params):
            self._llama.llama_sampler_chain_add(self._chain, link)
        # Asked at the first token, and empty from then on.
        self._openings = {model.tokenize(text, special=False)[0]: least for text, least in params.openings.items()}

    def _links(self, params: Params) -> list[Any]:
        if params.temperature <= 0:
            return [self._llama.llama_sampler_init_greedy()]
        seed = params.seed if params.seed is not None else secrets.randbits(32)
        return [
            self._llama.llama_sampler_init_top_p(params.top_p, 1),
            self._llama.llama_sampler_init_temp(params.temperature),
            self._llama.llama_sampler_init_dist(seed & 0xFFFFFFFF),
        ]

    def _make_grammar(self, model: LoadedModel, grammar: str) -> Any:
        made = self._llama.llama_sampler_init_grammar(model.vocab, grammar.encode(), b"root")
        if not made:
            raise InvalidRequest("The schema gives a grammar that llama.cpp cannot read.")
        return made

    def close(self) -> None:
        self._llama.llama_sampler_free(self._chain)
        if self._grammar:
            self._llama.llama_sampler_free(self._grammar)

    def pick(self, context: Context, row: int) -> int:
        """The next token. Raises InvalidRequest where the grammar leaves none."""
        if self._openings:
            rule_out(context.logits(row), self._openings)
            self._openings = {}
        token = int(self._llama.llama_sampler_sample(self._chain, context.handle, row))
        if self._grammar is None:
            return token
        if not self._allowed(token):  # checking one token is cheap, all of them is not: so the grammar comes second
            token = self._pick_allowed(context.logits(row))
        self._llama.llama_sampler_accept(self._grammar, token)
        return token

    def _allowed(self, token: int) -> bool:
        one = np.array([(token, 1.0, 0.0)], CANDIDATE)
        self._llama.llama_sampler_apply(self._grammar, ctypes.byref(self._array(one)))
        return bool(np.isfinite(one["logit"][0]))

    def _pick_allowed(self, logits: NDArray[np.float32]) -> int:
        candidates = np.zeros(len(logits), CANDIDATE)
        candidates["id"], candidates["logit"] = np.arange(len(logits)), logits
        array = self._array(candidates)
        self._llama.llama_sampler_apply(self._grammar, ctypes.byref(array))
        if not np.isfinite(candidates["logit"]).any():
            raise InvalidRequest("The schema leaves the model nothing that it could write.")
        self._llama.llama_sampler_apply(self._chain, ctypes.byref(array))
        return int(array.data[array.selected].id)

    def _array(self, candidates: np.ndarray) -> Any:
        data = candidates.ctypes.data_as(self._llama.llama_token_data_p)
        return self._llama.llama_token_data_array(data, len(candidates), -1, False)


def rule_out(logits: NDArray[np.float32], openings: Mapping[int, float]) -> None:
    """Makes those of the tokens impossible whose probability is less than is asked of them; changes `logits`."""
    shares = np.exp(logits - logits.max())
    total = shares.sum()
    for token, least in openings.items():
        if shares[token] < least * total:
            logits[token] = -np.inf
