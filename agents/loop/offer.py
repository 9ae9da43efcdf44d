"""Which of many functions are worth showing: a small model that reads forty descriptions calls the wrong one."""

import logging
import re
import time
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Protocol, TypeVar

import numpy as np
from quarry import runtime

from agents.tools.schemas import described

from . import smalltalk
from .words import overlap, words

MOST = 12  # for the first request
NEAREST = 6  # to a later one, which are added where they are missing
CEILING = 20  # from where on one begins anew
FIRST = 4  # that the first turn may call
FAR = 0.02  # nearer than this, by `_by_meaning`, no function may be what is asked for
AWAY = 60  # seconds for which an embedder that did not answer is left alone: nobody waits for it twice
TURNS = 2  # last questions that tell what it is about
WORDS_COUNT = 0.25  # beside the similarity of meaning: a name that the person says is rarely chance
_SEARCHES = re.compile(r"(?:^|_)(?:search|find|look_?up|query|retrieve)(?:_|$)", re.IGNORECASE)
_WRITTEN = re.compile(r"documents?\b|knowledge|wiki|文件|知識", re.IGNORECASE)
_away = SimpleNamespace(until=0.0)  # not asked again before
logger = logging.getLogger(__name__)


class Described(Protocol):
    """What is known of a function before it is offered; that it writes is the guess where nothing is known."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...
    @property
    def writes(self) -> bool: ...


F = TypeVar("F", bound=Described)


def relevant(functions: Sequence[F], asked: Sequence[str], called: Collection[str] = ()) -> list[F]:
    """Those of the functions that have most to do with what was `asked` in a conversation, and those that were `called`
    in it. Those that search and read come first: a small model that does not know what to do takes the first. One
    request goes on with the functions of the one before it, and new ones come behind those: so the model has read most
    of them already."""
    functions = sorted(functions, key=_caution)
    if len(functions) <= MOST:
        return list(functions)
    chosen: list[int] = []
    for turn in range(1, len(asked) + 1):
        chosen = _with_nearest(chosen, _ranked("\n".join(asked[max(0, turn - TURNS) : turn]), functions))
    chosen += [place for place, each in enumerate(functions) if each.name in called and place not in chosen]
    return [functions[place] for place in chosen]


def first(functions: Sequence[Described], request: str) -> list[str]:
    """The names of those that the first turn may call: the nearest to the request, and what searches documents. Empty
    where it may be any: there are few, or nothing embeds, and words alone say too little.

    Without this a small model that finds no word of the request in any description files a leave."""
    if len(functions) <= FIRST + 1 or (scores := _by_meaning(request, functions)) is None:
        return []
    nearest = sorted(range(len(functions)), key=lambda place: -scores[place])[:FIRST]
    return [each.name for place, each in enumerate(functions) if place in nearest or searches_documents(each)]


def is_far(functions: Sequence[Described], request: str) -> bool:
    """Whether no function is near to the request: it may be that none does what it asks. Not where documents can be
    searched, of which no description says what stands in them."""
    if not functions or any(map(searches_documents, functions)):
        return False
    scores = _by_meaning(request, functions)
    return scores is not None and max(scores) < FAR


def _with_nearest(chosen: list[int], ranked: list[int]) -> list[int]:
    """The functions for a further request. At the beginning in the order that they came in, however they rank: then
    other conversations' prompts begin the same way."""
    missing = [place for place in ranked[:NEAREST] if place not in chosen]
    if not chosen or len(chosen) + len(missing) > CEILING:
        return sorted(ranked[:MOST])
    return chosen + missing


def _ranked(request: str, functions: Sequence[Described]) -> list[int]:
    asked = words(request)
    descriptions = [words(_description(each)) for each in functions]
    scores = [overlap(text, asked) + overlap(asked, text) for text in descriptions]
    if meanings := _by_meaning(request, functions):
        scores = [meaning + WORDS_COUNT * shared for meaning, shared in zip(meanings, scores, strict=True)]
    return sorted(range(len(functions)), key=lambda place: -scores[place])


def looks_up(name: str) -> bool:
    """Whether a function finds what is not known, as far as its name tells."""
    return bool(_SEARCHES.search(name))


def searches(function: Described) -> bool:
    """Whether it looks up anything: all that it needs is a text."""
    needed = function.parameters.get("required", ())
    kinds = [described(function.parameters).get(name, {}).get("type") for name in needed]
    return looks_up(function.name) and kinds == ["string"]


def _caution(function: Described) -> int:
    if function.writes:
        return 2
    return 0 if searches(function) else 1


def searches_documents(function: Described) -> bool:
    """Whether it looks up what is written somewhere, of which a model has no knowledge of its own."""
    return searches(function) and bool(_WRITTEN.search(f"{function.name} {function.description}"))


def _description(function: Described) -> str:
    names = " ".join(described(function.parameters))
    return f"{function.title} {function.name.replace('_', ' ')}: {function.description} {names}".strip()


def _by_meaning(request: str, functions: Sequence[Described]) -> list[float] | None:
    """How much nearer each function is to the request than to any talk; None where nothing embeds.

    The bare similarity would choose the same few for whatever is asked: some texts are near to all others (hubs), which
    is taken off as for example by Dinu et al. 2015, arXiv:1412.6568."""
    if time.monotonic() < _away.until:
        return None
    told = tuple(f"{_description(each)} {_arguments(each)}" for each in functions)
    try:
        space = runtime.embedding_space()[0]
        query = _query(request, space)
        return [float(each) for each in _embedded(told, space) @ query - _to_any(told, space)]
    except Exception as error:  # whatever keeps the embedder away, there is another way to choose
        logger.warning("Functions are chosen by words alone: %s", error)
        _away.until = time.monotonic() + AWAY
        return None


def _arguments(function: Described) -> str:
    return " ".join(str(each.get("description", "")) for each in described(function.parameters).values())


@lru_cache(maxsize=256)
def _query(request: str, space: str) -> "np.ndarray":
    return runtime.embed([request], "query")[0]


@lru_cache(maxsize=32)
def _embedded(descriptions: tuple[str, ...], space: str) -> "np.ndarray":
    return runtime.embed(descriptions, "query")  # passages wait behind all documents that are being read


@lru_cache(maxsize=32)
def _to_any(descriptions: tuple[str, ...], space: str) -> "np.ndarray":
    """How near descriptions are to talk about nothing."""
    return _embedded(descriptions, space) @ runtime.embed(smalltalk.SENTENCES, "query").mean(axis=0)
