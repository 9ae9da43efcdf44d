"""Who may read how much in the next batch."""

from __future__ import annotations

import time
from collections.abc import Sequence

from .context import Part
from .work import Work

PAUSE = 0.25  # seconds that an answer may pause for somebody else's prompt
LEAST = 16  # tokens; smaller pieces waste more than they save
PATIENCE = 2.0  # seconds that a long prompt stands back for shorter ones


class Pace:
    """How fast prompts are read, measured as it goes: a chunk beside running answers takes about `PAUSE` seconds."""

    def __init__(self, chunk: int) -> None:
        self._chunk = chunk
        self._speed = 0.0

    def beside(self) -> int:
        """Tokens of a prompt that may be read beside running answers."""
        return max(LEAST, min(self._chunk, int(self._speed * PAUSE))) if self._speed else LEAST * 2

    def measured(self, tokens: int, seconds: float) -> None:
        """So many tokens of prompts were read in a batch that took so long."""
        if tokens >= LEAST and seconds > 0:
            now = tokens / seconds
            self._speed = now if not self._speed else 0.7 * self._speed + 0.3 * now


def plan(works: Sequence[Work], chunk: int, pace: Pace) -> list[tuple[Work, Part]]:
    """Every answer that is being written gets its token; what room is left goes to the prompts, the nearest to its end
    first: nobody gains from two half-read prompts, and a short question does not wait for somebody's whole book. A
    prompt that has stood back for `PATIENCE` comes first."""
    writing = [work for work in works if not work.reading]
    room = pace.beside() if writing else chunk
    planned = [(work, work.next(1)) for work in writing]
    late = time.monotonic() - PATIENCE
    for work in sorted((work for work in works if work.reading), key=lambda work: turn(work.fed, work.remaining, late)):
        if room <= 0:
            break
        part = work.next(room)
        planned.append((work, part))
        room -= len(part.tokens)
    return planned


def turn(fed: float, remaining: int, late: float) -> tuple[int, float]:
    """Sorts prompts: those that were last `fed` before `late`, the longest waiting first; then the shortest."""
    return (0, fed) if fed < late else (1, remaining)
