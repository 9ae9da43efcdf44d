"""Sentences in English and Chinese, and where one ends in a stream."""

import re
from typing import NamedTuple

ENDS = "。！？!?"
CLOSES = "”’」』）)》\"'"
_ABBREVIATION = re.compile(r"(?:^|[\s(])(?:e\.g|i\.e|etc|vs|no|nos|dr|mr|mrs|ms|st|fig|approx|inc|ltd|co|[a-z])$", re.I)
_NUMBERED = re.compile(r"^\W*\d{1,3}$")
_BREAK = re.compile(rf"[{ENDS}]+[{CLOSES}]*|\.(?=\s|$)[{CLOSES}]*|\n+")


class Span(NamedTuple):
    """A stretch of a text: code points from `start` up to `end`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]


def dot_ends(sentence: str) -> bool:
    """Whether the full stop that follows `sentence` ends it: not after an abbreviation or a list's number."""
    return not _ABBREVIATION.search(sentence) and not _NUMBERED.match(sentence)


def sentences(text: str) -> list[Span]:
    """The sentences of a text, trimmed; lines are sentences of their own."""
    found, start = [], 0
    for match in _BREAK.finditer(text):
        if match[0].startswith(".") and not dot_ends(text[start : match.start()]):
            continue
        found.append(_trimmed(text, start, match.end()))
        start = match.end()
    found.append(_trimmed(text, start, len(text)))
    return [span for span in found if span.end > span.start]


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    return Span(start + left, start + left + len(piece.strip()))
