"""Which of many functions are worth showing: a small model that reads forty descriptions calls the wrong one."""

import logging
import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import numpy as np
from quarry import runtime

from .words import overlap, words

MOST = 12
TURNS = 2  # last questions that tell what it is about
WORDS_COUNT = 0.25  # beside the similarity of meaning: a name that the person says is rarely chance
_SEARCHES = re.compile(r"(?:^|_)(?:search|find|look_?up|query|retrieve)(?:_|$)", re.IGNORECASE)
logger = logging.getLogger(__name__)


class Described(Protocol):
    """What is known of a function before it is offered."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...


F = TypeVar("F", bound=Described)


def relevant(functions: Sequence[F], asked: Sequence[str], called: Collection[str] = ()) -> list[F]:
    """At most `MOST` of the functions, those that have most to do with what was asked last, in the order that they came
    in: the same prompt begins the same way, however they rank. What was `called` in the conversation stays."""
    if len(functions) <= MOST:
        return list(functions)
    scores = _scores("\n".join(asked[-TURNS:]), [_description(each) for each in functions])
    kept = sum(each.name in called for each in functions)
    best = sorted(range(len(functions)), key=lambda place: (functions[place].name not in called, -scores[place]))
    return [functions[place] for place in sorted(best[: max(MOST, kept)])]


def looks_up(name: str) -> bool:
    """Whether a function finds what is not known, as far as its name tells."""
    return bool(_SEARCHES.search(name))


def searches(function: Described) -> bool:
    """Whether it looks up anything: all that it needs is a text."""
    needed = function.parameters.get("required", ())
    kinds = [function.parameters.get("properties", {}).get(name, {}).get("type") for name in needed]
    return looks_up(function.name) and kinds == ["string"]


def _description(function: Described) -> str:
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
