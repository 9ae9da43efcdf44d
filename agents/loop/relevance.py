"""Whether what was found can answer what was asked, and whether an answer rests on it."""

from collections.abc import Mapping, Sequence

from .passages import Found
from .words import numbers, overlap, union, words

COVERED = 0.2  # of the question's words stand in the passages together
SUPPORTED = 0.3  # of the answer's words stand in the passages that it cites, or in the question


def any_relevant(query: str, found: Sequence[Found]) -> bool:
    """Whether there is anything worth reading. Search already leaves out what is far from the question; words decide
    only where question and passages are written in the same script."""
    return bool(found)


def supported(answer: str, question: str, passages: Sequence[Found], claims: Mapping[int, Sequence[str]]) -> bool:
    """Whether the answer rests on a passage: it cites one, and no number in it is from nowhere."""
    if not claims:
        return False
    known = numbers(question).union(*(numbers(f"{passage.title}\n{passage.text}") for passage in passages))
    said = numbers(answer)
    return not said or bool(said & known)


def coverage(query: str, passages: Sequence[Found]) -> float:
    """Which part of the question's words the passages speak of."""
    return overlap(words(query), union(f"{passage.title}\n{passage.text}" for passage in passages))
