"""What the person who started Quarry sees: short lines, coloured where the terminal can."""

from __future__ import annotations

import contextlib
import os
import sys
import time

_CODES = {"good": "32", "bad": "31", "warn": "33", "dim": "2", "bold": "1"}
_MARKS = {"good": "✓", "bad": "✗", "warn": "!", "dim": "·"}


def say(text: str, kind: str = "") -> None:
    """One line. A terminal that went away is no reason to stop."""
    mark = _MARKS.get(kind)
    line = f"{paint(mark, kind)} {text}" if mark else paint(text, kind) if kind else text
    with contextlib.suppress(OSError, ValueError):
        try:
            print(line, flush=True)
        except UnicodeEncodeError:
            print(line.encode("ascii", "replace").decode(), flush=True)


def status(text: str) -> None:
    """A line on standard error that changes in place, where somebody looks at it; empty: takes it away."""
    if sys.stderr.isatty():
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"\r\033[K{text}")
            sys.stderr.flush()


def paint(text: str, kind: str) -> str:
    """`text` in the colour of `kind`, unless the output is no terminal or NO_COLOR asks for none."""
    if kind not in _CODES or os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return text
    return f"\033[{_CODES[kind]}m{text}\033[0m"


class Stopwatch:
    """Seconds since it was made, as text."""

    def __init__(self) -> None:
        self.start = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.start

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s" if self.seconds < 100 else f"{self.seconds / 60:.1f} min"
