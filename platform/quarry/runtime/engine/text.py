"""From tokens' bytes to text that can be shown: whole characters only, and nothing of a stop string."""

from __future__ import annotations

import codecs
from collections.abc import Sequence


class TextStream:
    """Characters are held back while the next token may still complete them, or may complete a stop string."""

    def __init__(self, stop: Sequence[str]) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stop = [s for s in stop if s]
        self._held = ""
        self.length = 0  # characters so far, shown or held
        self.stopped = ""  # the stop string that was found

    def feed(self, data: bytes) -> str:
        """What may be shown now."""
        new = self._decoder.decode(data)
        self._held += new
        self.length += len(new)
        found = [(at, s) for s in self._stop if (at := self._held.find(s)) >= 0]
        if found:
            at, self.stopped = min(found)
            shown, self._held = self._held[:at], ""
            return shown
        keep = self._unsure()
        shown, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return shown

    def finish(self) -> str:
        """What was held back and turned out to be text; half a character at the very end is dropped."""
        shown, self._held = self._held, ""
        return "" if self.stopped else shown

    def _unsure(self) -> int:
        """Length of the longest tail that is the beginning of a stop string."""
        longest = max((len(s) - 1 for s in self._stop), default=0)
        for length in range(min(longest, len(self._held)), 0, -1):
            tail = self._held[-length:]
            if any(s.startswith(tail) for s in self._stop):
                return length
        return 0
