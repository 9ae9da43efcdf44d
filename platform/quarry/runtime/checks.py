"""Whether a request can be carried out, each mistake with a sentence that says what is wrong."""

from __future__ import annotations

import math
from typing import Protocol

from . import gbnf, toolgrammar
from .types import InvalidRequest, Params, Request

ALTERNATIVES = 20
SEED = 2**63


class Vocabulary(Protocol):
    """What checking needs of a model."""

    vocabulary: int


def check(request: Request, vocabulary: Vocabulary | None) -> None:
    """Refuses a request that contradicts itself, or asks for what nobody can do. Nobody knows the vocabulary of a
    remote model: None."""
    _check_params(request.params, vocabulary.vocabulary if vocabulary else None)
    if request.schema is not None and request.grammar is not None:
        raise InvalidRequest("An answer can have the form of a schema or of a grammar, not of both.")
    if request.prompt is not None and (request.messages or request.documents or request.tools):
        raise InvalidRequest("A text is completed without messages, documents and tools.")
    if request.suffix and request.prompt is None:
        raise InvalidRequest("A suffix belongs to a prompt; this request has messages.")
    if request.grammar is not None:
        gbnf.check(request.grammar)
    toolgrammar.check(request)


def _check_params(params: Params, vocabulary: int | None) -> None:
    if params.max_tokens < 1:
        raise InvalidRequest("max_tokens must be at least 1.")
    if not 0 <= params.temperature <= 5 or not 0 < params.top_p <= 1:
        raise InvalidRequest("temperature must be between 0 and 5, and top_p above 0 and at most 1.")
    if params.top_k < 0 or not 0 <= params.min_p <= 1:
        raise InvalidRequest("top_k must be 0 (all) or more, and min_p between 0 and 1.")
    if not (abs(params.presence_penalty) <= 2 and abs(params.frequency_penalty) <= 2):
        raise InvalidRequest("presence_penalty and frequency_penalty must be between -2 and 2.")
    if params.logprobs is not None and not 0 <= params.logprobs <= ALTERNATIVES:
        raise InvalidRequest(f"logprobs must be between 0 and {ALTERNATIVES}.")
    if params.seed is not None and not -SEED <= params.seed < SEED:
        raise InvalidRequest("seed must be a number of at most 64 bits.")
    if not all(text and 0 <= least <= 1 for text, least in params.openings.items()):
        raise InvalidRequest("openings must be texts with a probability between 0 and 1.")
    _check_bias(params, vocabulary)


def _check_bias(params: Params, vocabulary: int | None) -> None:
    for token, bias in params.logit_bias.items():
        if vocabulary is not None and not 0 <= token < vocabulary:
            raise InvalidRequest(f"logit_bias names token {token}; this model has the tokens 0 to {vocabulary - 1}.")
        if math.isnan(bias) or not -100 <= bias <= 100:
            raise InvalidRequest("logit_bias must be between -100 and 100.")
