"""Makes the shown answer out of what the model writes: checked markers, and markers where the model forgot them."""

from collections.abc import Iterable, Iterator, Sequence

from .markers import MarkerFilter
from .passages import Found
from .sentences import CLOSES, ENDS, dot_ends
from .words import overlap, words

ENOUGH = 0.4  # of a sentence's words stand in the passage: then it is the sentence's source
NEAR = 0.6  # a marker's passage may say this much less than the best one and stays


class Composer:
    """Takes the model's text piece by piece and returns what to show.

    A marker is kept when its passage supports the sentence about as well as any other does, else the best one takes
    its place. A sentence that ends without a marker gets that of the passage which supports it, if one does.
    `claims` holds, by marker, the sentences that rest on it.
    """

    def __init__(self, passages: Sequence[Found]) -> None:
        self._passages = {number: set(passage.words) for number, passage in enumerate(passages, start=1)}
        self._filter = MarkerFilter(self._passages)
        self._sentence, self._gap = "", ""
        self._marked: set[int] = set()
        self._ended, self._dot = False, False
        self._last = ""
        self.claims: dict[int, list[str]] = {}

    def feed(self, text: str) -> str:
        """Takes a piece of the model's text."""
        return self._show(self._compose(self._filter.feed(text)))

    def finish(self) -> str:
        """What is still to be shown at the end."""
        return self._show([*self._compose(self._filter.finish()), *self._settle()])

    def _show(self, pieces: Iterable[str]) -> str:
        shown = "".join(pieces)
        self._last = shown[-1:] or self._last
        return shown

    def _compose(self, parts: Iterator[str | int]) -> Iterator[str]:
        for part in parts:
            if isinstance(part, int):
                yield from self._mark(self._resolve(part))
            else:
                for char in part:
                    yield from self._char(char)

    def _char(self, char: str) -> Iterator[str]:
        if self._dot:
            self._dot = False
            self._ended = char.isspace() and dot_ends(self._sentence.rstrip(". "))
        if self._ended:
            if not self._gap and (char in CLOSES or char in ENDS):
                yield char
                return
            if char in " \t":
                self._gap += char
                return
            yield from self._settle()
        elif char == "\n":
            yield from self._settle()
        self._sentence += char
        self._ended = char in ENDS
        self._dot = char == "."
        yield char

    def _settle(self) -> Iterator[str]:
        """Ends the sentence: marks it where nobody did, and shows the space that was held back for that."""
        gap, self._gap = self._gap, ""
        if not self._marked and (best := self._best()):
            yield from self._mark(best)
        self._sentence, self._marked, self._ended, self._dot = "", set(), False, False
        yield gap

    def _mark(self, marker: int) -> Iterator[str]:
        if marker in self._marked:
            return
        self._marked.add(marker)
        self.claims.setdefault(marker, []).append(self._sentence.strip())
        gap, self._gap = self._gap, ""
        yield f"{gap or self._space()}[{marker}]"

    def _space(self) -> str:
        """A marker stands off from Latin text, and close to Chinese."""
        last = self._sentence[-1:]
        return " " if last.isascii() and last.strip() and last != "]" else ""

    def _scores(self) -> dict[int, float]:
        said = words(self._sentence)
        return {number: overlap(said, source) for number, source in self._passages.items()}

    def _resolve(self, marker: int) -> int:
        scores = self._scores()
        best = max(scores, key=lambda number: scores[number])
        return best if scores[best] >= ENOUGH and scores[marker] < NEAR * scores[best] else marker

    def _best(self) -> int | None:
        """The passage that supports the sentence, unless it is a question or only leads to a list."""
        sentence = self._sentence.strip()
        if not sentence or sentence.endswith((":", "：", "?", "？")):
            return None
        scores = self._scores()
        best = max(scores, key=lambda number: scores[number], default=None)
        return best if best is not None and scores[best] >= ENOUGH else None
