"""What a person typed, as the lexical leg of search needs it: words to weigh, and what must stand there exactly."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from apps.knowledge import lexical
from apps.knowledge.lexical import Run

MOST_RUNS = 200
MOST_TERMS = 200
SERIAL = 2.5
SHORT = 4.0
"""Up to so many words (two ideographs are one) that ask nothing are keywords, and meant exactly."""

_QUOTED = re.compile(r"[\"“”]([^\"“”]{2,100})[\"“”]|「([^「」]{2,100})」|『([^『』]{2,100})』")
_ASKS = re.compile(
    r"[?？]|[吗呢么]|什么|怎么|怎样|如何|多少|多久|几[个天次年月时点号]|哪|谁|为何|是否|请问|能否|可否|可以"
    r"|^\s*(?:who|what|when|where|which|why|how|whose|is|are|was|were|do|does|did|can|could|may|should|will)\b"
)
# In pairs of characters: of 什么, 怎么, 为什么 each pair has one of these, and no other word does.
_ONLY_ASKS = re.compile(r"[什么怎]")


@dataclass(frozen=True)
class Query:
    """`terms` are weighed by BM25, each times its boost. `exact`, a tsquery, is what a passage's own text must hold to
    come before all others (`keyword`) or to be favoured (a question that names a product number or quotes)."""

    text: str
    terms: Mapping[str, float]
    exact: str
    keyword: bool


def read(text: str) -> Query:
    """Understands a query. Whatever was typed ends as quoted lexemes: nothing in it is an operator."""
    runs = lexical.head(text, MOST_RUNS)
    keyword = 0 < _size(runs) <= SHORT and not _ASKS.search(lexical.fold(text[:500]))
    exact = _all(_groups(runs)) if keyword else _any(_meant_exactly(text, runs))
    return Query(text, dict(islice(_terms(runs), MOST_TERMS)), exact, keyword)


def _size(runs: Iterable[Run]) -> float:
    return sum(len(run.text) / 2 if run.cjk else 1 for run in runs)


def _terms(runs: Iterable[Run]) -> Iterator[tuple[str, float]]:
    """Every lexeme once, with its boost. Of Chinese the pairs, since single characters say too little, but not those
    that only ask; of compounds the parts too. Whoever writes a product number means it more than the rest."""
    seen: set[str] = set()
    for run in runs:
        for token in run.tokens(1):
            if (token.whole or not run.cjk) and token.lexeme not in seen and not _ONLY_ASKS.search(token.lexeme):
                seen.add(token.lexeme)
                yield token.lexeme, SERIAL if run.serial and token.whole else 1.0


def _groups(runs: Iterable[Run]) -> Iterator[list[Run]]:
    """Runs that belong to one phrase."""
    group: list[Run] = []
    for run in runs:
        if group and not run.joined:
            yield group
            group = []
        group.append(run)
    if group:
        yield group


def _meant_exactly(text: str, runs: Iterable[Run]) -> Iterator[list[Run]]:
    """Product numbers, and what stands in quotation marks."""
    yield from ([run] for run in runs if run.serial)
    for match in islice(_QUOTED.finditer(text), 5):
        yield lexical.head(next(part for part in match.groups() if part), 20)


def _all(groups: Iterable[list[Run]]) -> str:
    return " & ".join(filter(None, (lexical.phrase(group, "A") for group in groups)))


def _any(groups: Iterable[list[Run]]) -> str:
    return " | ".join(filter(None, (lexical.phrase(group, "A") for group in islice(groups, 10))))
