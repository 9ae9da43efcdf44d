"""Whether what was found speaks of what was asked, and whether an answer rests on it. docs/quality.md tells how the
numbers below were measured."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .language import HAN
from .markers import without_markers
from .numbers import meant, written_in_digits
from .passages import Found
from .words import overlap, words

LITTLE = 0.3  # of the question's words in the best passage: less is chance
STRONG = 0.4  # of coverage and ten times the lift together
SURE, UNSURE = 0.8, 0.6  # of "no answer": what the model must be of it, by how strong the evidence is
NEW = 0.3  # of what an answer says beyond the question must stand in its passages
_VERDICTS = words("yes no correct true false 是的 不是 沒有 没有 可以 不可以 正確 正确")


class Evidence(NamedTuple):
    """`coverage`: the largest part of the question's words that one passage has; None where the question and all
    passages are written in different scripts, so that words cannot meet. `lift`: how much more similar the best passage
    is than passages that speak of it mostly are; None where that cannot be told."""

    coverage: float | None
    lift: float | None

    @property
    def hopeless(self) -> bool:
        """Nothing that was found speaks of it: no need to ask the model."""
        return self.coverage is not None and self.coverage < LITTLE and (self.lift is None or self.lift < 0)

    @property
    def sure(self) -> float:
        """How sure the model must be that there is no answer before it is believed."""
        coverage = 0.5 if self.coverage is None else self.coverage
        return SURE if coverage + 10 * (self.lift or 0.0) >= STRONG else UNSURE


def evidence(query: str, passages: Sequence[Found], related: float | None) -> Evidence:
    """Weighs passages; `related` is the similarity from which on a passage mostly speaks of what is asked."""
    asked, han = words(query), _has_han(query)
    covered = [overlap(asked, set(passage.words)) for passage in passages if _has_han(passage.text) == han]
    similar = [passage.similarity for passage in passages if passage.similarity is not None]
    lift = max(similar) - related if similar and related is not None else None
    return Evidence(max(covered, default=None), lift)


def supported(answer: str, question: str, passages: Sequence[Found], claims: Mapping[int, Sequence[str]]) -> bool:
    """Whether the answer cites a passage, what it says beyond the question stands in the passages, and no number in it
    is from nowhere: a small model's inventions show first in its numbers, and they do the most harm."""
    known = meant(question).union(*(meant(f"{passage.title}\n{passage.text}") for passage in passages))
    numbers = written_in_digits(without_markers(answer))
    return bool(claims) and numbers <= known and _new(answer, question, passages) >= NEW


def _new(answer: str, question: str, passages: Sequence[Found]) -> float:
    """Which part of what the answer says beyond the question stands in the passages; 1 where it says nothing more, or
    says it in another script than they do."""
    text = without_markers(answer)
    said = words(text) - words(question) - _VERDICTS
    same_script = [passage for passage in passages if _has_han(passage.text) == _has_han(text)]
    if not said or not same_script:
        return 1.0
    return overlap(said, set[str]().union(*(words(f"{passage.title}\n{passage.text}") for passage in same_script)))


def _has_han(text: str) -> bool:
    """Whether the text is written in Chinese; a few characters, as of a name, do not count."""
    return len(HAN.findall(text)) > len(text) / 10
