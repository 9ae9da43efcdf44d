"""What is handed on between the steps of a summary: sentences, each with the places that it rests on."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from agents.loop.words import words

Support = Literal["extracted", "supported", "unchecked"]


class Origin(NamedTuple):
    """Code points of a text, which is told by its number."""

    text: int
    start: int
    end: int


@dataclass(frozen=True)
class Line:
    """A sentence. `support`: it stands in the text as it is, the model wrote it and the text carries it, or nobody
    could check (another language, and no embedding model)."""

    text: str
    origins: tuple[Origin, ...]
    support: Support = "extracted"


@dataclass(frozen=True)
class Text:
    """A text that is summarised, or a stretch of it. `document` is empty where it is the person's own."""

    title: str
    text: str
    document: str = ""
    start: int = 0
    end: int | None = None
    headings: tuple[tuple[int, int, int, str], ...] = ()  # level, start, end, title

    @property
    def stop(self) -> int:
        return len(self.text) if self.end is None else self.end


@lru_cache(maxsize=20_000)
def bag(text: str) -> frozenset[str]:
    """The telling words of a sentence; the same sentence is looked at many times."""
    return frozenset(words(text))
