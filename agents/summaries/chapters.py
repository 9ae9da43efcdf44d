"""Cuts texts into parts along their structure: chapters, short neighbours together, long ones in pieces."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from agents.summaries.lines import Text
from ingestion.chunk import cost

PART = 1_500.0  # estimated tokens of a part
SMALL = PART / 3  # a chapter that is shorter takes its neighbour in
_MAIL = re.compile(r"^(?:From|寄件者|寄件人|发件人)\s*[:：].+$", re.MULTILINE)
_PARAGRAPH = re.compile(r"\n+")
_SENTENCE = re.compile(r"[。！？!?]|\.(?=\s)|\s")


class Chapter(NamedTuple):
    """A stretch of a text: its place in the list of texts, the heading that it begins under, its code points."""

    text: int
    title: str
    start: int
    end: int


def chapters(texts: Iterable[Text], most: float = PART) -> list[Chapter]:
    """All parts of all texts, in order. None reaches over two texts."""
    return [each for place, text in enumerate(texts) for each in _of(place, text, most)]


def _of(place: int, text: Text, most: float) -> Iterator[Chapter]:
    gathered: Chapter | None = None
    for section, top in _sections(place, text):
        size = cost(text.text[section.start : section.end])
        if gathered and (held := cost(text.text[gathered.start : gathered.end])):
            if held + size <= most and (not top or held < SMALL or size < SMALL):
                gathered = gathered._replace(end=section.end)
                continue
            yield gathered
            gathered = None
        if size <= most:
            gathered = section
            continue
        *pieces, gathered = _pieces(section, text.text, most)
        yield from pieces
    if gathered and text.text[gathered.start : gathered.end].strip():
        yield gathered


def _sections(place: int, text: Text) -> Iterator[tuple[Chapter, bool]]:
    """The stretches between headings, and whether each begins a chapter of the highest kind."""
    marks = sorted((start, level, title) for level, start, _, title in text.headings if text.start < start < text.stop)
    if not marks:
        marks = [(found.start(), 1, found[0]) for found in _MAIL.finditer(text.text, text.start + 1, text.stop)]
    highest = min((level for _, level, _ in marks), default=1)
    first = next((title for _, start, _, title in text.headings if start == text.start), "")
    starts = [(text.start, highest, first), *marks]
    ends = [start for start, _, _ in marks] + [text.stop]
    for (start, level, title), end in zip(starts, ends, strict=True):
        if text.text[start:end].strip():
            yield Chapter(place, title, start, end), level <= highest


def _pieces(section: Chapter, text: str, most: float) -> list[Chapter]:
    """A long section cut between paragraphs, or, where there are none, sentences; at last anywhere."""
    found, start, end = [], section.start, section.start
    for stop in _stops(section, text, most):
        if cost(text[start:stop]) > most and end > start:
            found.append(section._replace(start=start, end=end))
            start = end
        end = stop
    return [*found, section._replace(start=start, end=section.end)]


def _stops(section: Chapter, text: str, most: float) -> Iterator[int]:
    before = section.start
    for found in [*_PARAGRAPH.finditer(text, section.start, section.end), None]:
        stop = found.end() if found else section.end
        if cost(text[before:stop]) > most:
            yield from _inner(text, before, stop, most)
        yield stop
        before = stop


def _inner(text: str, start: int, stop: int, most: float) -> Iterator[int]:
    longest = max(1, int(most))  # characters: one costs about one token at most
    last = start
    for found in _SENTENCE.finditer(text, start, stop):
        while found.end() - last > longest:
            last += longest
            yield last
        if found.end() - last > longest // 2:
            yield (last := found.end())
    while stop - last > longest:
        last += longest
        yield last
