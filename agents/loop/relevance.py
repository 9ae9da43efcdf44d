"""Whether an answer rests on the passages that it was written from."""

from collections.abc import Mapping, Sequence

from .numbers import meant, written_in_digits
from .passages import Found


def supported(answer: str, question: str, passages: Sequence[Found], claims: Mapping[int, Sequence[str]]) -> bool:
    """Whether the answer cites a passage, and no number in it is from nowhere: a small model's inventions show first in
    its numbers, and they do the most harm."""
    known = meant(question).union(*(meant(f"{passage.title}\n{passage.text}") for passage in passages))
    return bool(claims) and written_in_digits(answer) <= known
