"""The passages that an answer may rest on: few, short and the best."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .sentences import sentences
from .words import overlap, words

MOST = 4
LEAST = 30  # tokens of a window: less is a heading or half a thought, and misleads
Count = Callable[[str], int]


@dataclass(frozen=True)
class Found:
    """A passage as search found it. `text` is what the model reads: all of the passage or a window of it."""

    passage_id: str
    document_id: str
    title: str
    text: str
    score: float
    location: dict[str, Any]
    similarity: float | None = None  # cosine with the query, comparable between searches
    bm25: float = 0.0
    exact: bool = False  # holds literally what was meant literally: a number, a quoted word
    words: frozenset[str] = field(default=frozenset(), repr=False)

    def facts(self) -> dict[str, Any]:
        """What a step keeps of it: no text, so that nothing has to be withheld when access is lost."""
        return {
            "passage_id": self.passage_id,
            "document_id": self.document_id,
            "title": self.title,
            "score": round(self.score, 4),
        }


def choose(found: Sequence[Found], query: str, budget: int, count: Count, most: int = MOST) -> list[Found]:
    """The first passages that fit into `budget` tokens together; a long one is cut to the sentences around what was
    asked, so that two good passages fit where one would have filled the budget."""
    asked, chosen = words(query), list[Found]()
    for passage in _distinct(found):
        if len(chosen) == most:
            break
        share = max(budget // 2, budget - 120 * (most - 1)) if not chosen else budget
        short = window(passage, asked, min(share, budget), count)
        if short is None or (short.text != passage.text and count(short.text) < LEAST):
            continue
        budget -= count(short.text)
        chosen.append(replace(short, words=frozenset(words(f"{short.title}\n{short.text}"))))
    return chosen


def window(passage: Found, asked: set[str], budget: int, count: Count) -> Found | None:
    """The passage, or the stretch of its sentences that fits the budget and says most of what was asked."""
    if count(passage.text) <= budget:
        return passage
    spans = sentences(passage.text)
    sizes = [count(span.of(passage.text)) + 1 for span in spans]
    gains = [overlap(words(span.of(passage.text)), asked) * size for span, size in zip(spans, sizes, strict=True)]
    best: tuple[float, int, int] | None = None
    for first in range(len(spans)):
        last, used = first, 0
        while last < len(spans) and used + sizes[last] <= budget:
            used += sizes[last]
            last += 1
        if last > first and (best is None or sum(gains[first:last]) > best[0]):
            best = (sum(gains[first:last]), first, last)
    return _part(passage, spans[best[1]].start, spans[best[2] - 1].end) if best else None


def _part(passage: Found, start: int, end: int) -> Found:
    place = dict(passage.location)
    if "start" in place:
        place |= {"start": place["start"] + start, "end": place["start"] + end}
    return replace(passage, text=passage.text[start:end], location=place)


def _distinct(found: Sequence[Found]) -> list[Found]:
    """Without passages whose text came already, as from two copies of a file."""
    seen: set[str] = set()
    return [each for each in found if not (each.text in seen or seen.add(each.text))]  # type: ignore[func-returns-value]
