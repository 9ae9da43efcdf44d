"""Cuts a parsed document into passages along its structure.

A passage is a contiguous piece of the canonical text: `parsed.text[start:end] == passage.text`, always. Blocks under
the same heading are gathered until they are large enough; a block that is too large is cut at sentence ends, and then
the last sentence of one passage opens the next. A heading that stands alone waits for the text below it.

Size is counted in estimated tokens of the embedder (its limit is 512): a Chinese character costs about 0.8, four Latin
letters about 1. The target also keeps prompts for small models short.
"""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from ingestion.parse.types import Block, Heading, Parsed

TARGET = 220.0  # gather until here
LIMIT = 340.0  # never above: about 420 Chinese characters or 1,200 Latin letters
OVERLAP = 60.0  # how much of one piece of a split paragraph may open the next

_SENTENCE_END = re.compile(r"""[。！？；!?][」』”’）)"']*|[.;][”’)"']*(?=\s)|\n""")
_CLAUSE_END = re.compile(r"[，、：,:]|\s")
_HEADING_PATH_LIMIT = 200

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage before it has an identity: exact offsets, the page it starts on, the headings it stands under."""

    ordinal: int
    text: str
    start: int
    end: int
    page: int | None
    heading: str


def cost(text: str) -> float:
    """Estimated tokens."""
    return sum(map(_character_cost, text))


def _character_cost(character: str) -> float:
    if character.isspace():
        return 0.05
    if character.isascii():
        return 0.25 if character.isalpha() else 0.6
    return 0.8 if character >= "\u2e80" else 0.5


def chunk(parsed: Parsed) -> list[Chunk]:
    """All passages, in order; together they cover all text but white space."""
    return Chunker(parsed).run()


class Chunker:
    """Holds the running sums that make the cost of any span one subtraction."""

    def __init__(self, parsed: Parsed) -> None:
        self.text = parsed.text
        self.blocks = parsed.blocks or [Block("paragraph", 0, len(parsed.text))]
        self.headings = parsed.headings
        self.pages = parsed.pages
        # An array: a list of twenty million numbers would take the worker's memory instead of the parser's.
        self.sums = array("d", accumulate(map(_character_cost, parsed.text), initial=0.0))

    def run(self) -> list[Chunk]:
        """Cut, then look up page and headings of each span; both lists are walked once."""
        spans = [self._stripped(span) for span in self._spans()]
        spans = [(start, end) for start, end in spans if end > start]
        paths, pages = self._paths(spans), self._pages(spans)
        return [
            Chunk(ordinal, self.text[start:end], start, end, page, path)
            for ordinal, ((start, end), page, path) in enumerate(zip(spans, pages, paths, strict=True))
        ]

    def _cost(self, span: Span) -> float:
        return self.sums[span[1]] - self.sums[span[0]]

    def _spans(self) -> Iterator[Span]:
        span: Span | None = None
        bare = True  # the open span holds nothing but headings so far: no passage yet
        for block in self.blocks:
            if span and not bare and (block.kind == "heading" or not self._fits(span, block)):
                yield span
                span = None
            bare = block.kind == "heading"
            span = (span[0] if span else block.start, block.end)
            if self._cost(span) > LIMIT:
                *pieces, span = self._split(span)
                yield from pieces
        if span:
            yield span

    def _fits(self, span: Span, block: Block) -> bool:
        whole = self._cost((span[0], block.end))
        return whole <= TARGET or (whole <= LIMIT and self._cost(span) < TARGET / 2)

    def _split(self, span: Span) -> list[Span]:
        """Pieces of at most LIMIT, cut at sentence ends, each opened by the end of the one before."""
        pieces: list[Span] = []
        current: list[Span] = []
        for sentence in self._sentences(span):
            if current and self._cost((current[0][0], sentence[1])) > LIMIT:
                pieces.append((current[0][0], current[-1][1]))
                current = self._tail(current, sentence)
            current.append(sentence)
        pieces.append((current[0][0], current[-1][1]))
        return pieces

    def _tail(self, sentences: list[Span], following: Span) -> list[Span]:
        """The last sentences that fit into the overlap, so that a thought cut in two can be found from both sides."""
        tail: list[Span] = []
        for sentence in reversed(sentences[1:]):
            start = sentence[0]
            if self._cost((start, sentences[-1][1])) > OVERLAP or self._cost((start, following[1])) > LIMIT:
                break
            tail.insert(0, sentence)
        return tail

    def _sentences(self, span: Span) -> Iterator[Span]:
        """Sentences; one that is larger than LIMIT falls into clauses, and those into pieces of bare size."""
        for sentence in self._cut(span, _SENTENCE_END):
            if self._cost(sentence) <= LIMIT:
                yield sentence
                continue
            for clause in self._cut(sentence, _CLAUSE_END):
                yield from self._by_size(clause)

    def _cut(self, span: Span, ends: re.Pattern[str]) -> Iterator[Span]:
        start = span[0]
        for match in ends.finditer(self.text, *span):
            if match.end() > start:
                yield start, match.end()
                start = match.end()
        if start < span[1]:
            yield start, span[1]

    def _by_size(self, span: Span) -> Iterator[Span]:
        start = span[0]
        for end in range(span[0] + 1, span[1]):
            if self._cost((start, end + 1)) > LIMIT:
                yield start, end
                start = end
        yield start, span[1]

    def _stripped(self, span: Span) -> Span:
        start, end = span
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        return start, end

    def _paths(self, spans: list[Span]) -> list[str]:
        """For each span the headings above its text, outermost first. Headings that open the span count."""
        paths: list[str] = []
        stack: list[Heading] = []
        waiting = 0
        for start, end in spans:
            position = start
            while waiting < len(self.headings) and self.headings[waiting].start <= position < end:
                heading = self.headings[waiting]
                stack = [*(above for above in stack if above.level < heading.level), heading]
                position = max(position, self._next_ink(heading.end))
                waiting += 1
            paths.append(" > ".join(heading.title for heading in stack)[-_HEADING_PATH_LIMIT:])
        return paths

    def _next_ink(self, position: int) -> int:
        while position < len(self.text) and self.text[position].isspace():
            position += 1
        return position

    def _pages(self, spans: list[Span]) -> list[int | None]:
        """For each span the page on which it starts."""
        found: list[int | None] = []
        index = 0
        for start, _ in spans:
            while index + 1 < len(self.pages) and self.pages[index + 1].start <= start:
                index += 1
            found.append(self.pages[index].page if self.pages and self.pages[0].start <= start else None)
        return found
