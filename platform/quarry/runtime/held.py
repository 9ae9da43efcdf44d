"""Text that is held back until it is clear what it is, with the log-probabilities that belong to its characters."""

from __future__ import annotations

from collections import deque

from .engine.job import Piece
from .types import Logprob


class Held:
    """A queue of characters."""

    def __init__(self) -> None:
        self.text = ""
        self._taken = 0
        self._marks: deque[tuple[int, Logprob]] = deque()

    def add(self, piece: Piece) -> None:
        begin = self._taken + len(self.text)
        self._marks.extend((begin + place, logprob) for place, logprob in piece.marks)
        self.text += piece.text

    def take(self, length: int) -> Piece:
        """The first characters, which are no longer held then."""
        text, self.text = self.text[:length], self.text[length:]
        begin, self._taken = self._taken, self._taken + len(text)
        marks = []
        while self._marks and self._marks[0][0] < self._taken:
            place, logprob = self._marks.popleft()
            marks.append((place - begin, logprob))
        return Piece(text, tuple(marks))

    def may_become(self, *signs: str) -> int:
        """The length of a tail that may be the beginning of one of the signs."""
        for length in range(min(len(self.text), max(map(len, signs), default=0) - 1), 0, -1):
            if any(sign.startswith(self.text[-length:]) for sign in signs):
                return length
        return 0
