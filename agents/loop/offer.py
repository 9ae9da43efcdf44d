"""Which of many functions are worth showing: a small model that reads forty descriptions calls the wrong one."""

import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from quarry import runtime

from agents.tools.types import Function

from .words import overlap, words

MOST = 8
WORDS_COUNT = 0.25  # beside the similarity of meaning: a name that the person says is rarely chance
logger = logging.getLogger(__name__)


def relevant(functions: Sequence[Function], question: str, history: Sequence[Mapping[str, str]]) -> list[Function]:
    """At most `MOST` of the functions, those that have most to do with what is asked, in the order that they came in:
    the same prompt begins the same way, however they rank."""
    if len(functions) <= MOST:
        return list(functions)
    earlier = [turn["content"] for turn in history if turn["role"] == "user"]
    scores = _scores("\n".join([*earlier[-1:], question]), [_description(each) for each in functions])
    best = sorted(range(len(functions)), key=lambda place: -scores[place])[:MOST]
    return [functions[place] for place in sorted(best)]


def _description(function: Function) -> str:
    names = " ".join(function.parameters.get("properties", {}))
    return f"{function.title} {function.name.replace('_', ' ')}: {function.description} {names}".strip()


def _scores(request: str, descriptions: Sequence[str]) -> list[float]:
    """By meaning and words, or by words alone where nothing embeds."""
    asked = words(request)
    shared = [overlap(words(text), asked) + overlap(asked, words(text)) for text in descriptions]
    try:
        query = runtime.embed([request], "query")[0]
        vectors = _embedded(tuple(descriptions), runtime.embedding_space()[0])
    except Exception as error:  # whatever keeps the embedder away, there is another way to choose
        logger.warning("Functions are chosen by words alone: %s", error)
        return shared
    return [float(vector @ query) + WORDS_COUNT * words_ for vector, words_ in zip(vectors, shared, strict=True)]


@lru_cache(maxsize=32)
def _embedded(descriptions: tuple[str, ...], space: str) -> "np.ndarray":
    return runtime.embed(descriptions, "passage")
