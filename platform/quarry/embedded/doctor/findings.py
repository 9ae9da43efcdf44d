"""A check is a function that returns findings; a check that breaks is a finding itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

from ..terminal import paint


class State(StrEnum):
    GOOD = "good"
    WARNING = "warn"
    BAD = "bad"
    IDLE = "dim"  # not to be judged now, for instance because Quarry is stopped


MARKS = {State.GOOD: "✓", State.WARNING: "!", State.BAD: "✗", State.IDLE: "·"}
NAMES = {State.GOOD: "ok", State.WARNING: "warning", State.BAD: "wrong", State.IDLE: "idle"}


@dataclass(frozen=True, slots=True)
class Finding:
    """`text` says what was found; `remedy` what to do about it."""

    name: str
    state: State
    text: str
    remedy: str = ""

    def line(self) -> str:
        remedy = f"\n  → {self.remedy}" if self.remedy else ""
        return f"{paint(MARKS[self.state], self.state)} {self.name}: {self.text}{remedy}"

    def facts(self) -> dict[str, str]:
        return asdict(self) | {"state": NAMES[self.state]}


Check = Callable[[], Iterable[Finding]]
FURTHER: list[tuple[str, Check]] = []  # of the rooms above, which need the database; each adds its own when it is ready


def good(name: str, text: str) -> Finding:
    return Finding(name, State.GOOD, text)


def warning(name: str, text: str, remedy: str) -> Finding:
    return Finding(name, State.WARNING, text, remedy)


def bad(name: str, text: str, remedy: str) -> Finding:
    return Finding(name, State.BAD, text, remedy)


def idle(name: str, text: str) -> Finding:
    return Finding(name, State.IDLE, text)


def examine(checks: Iterable[tuple[str, Check]]) -> Iterator[Finding]:
    """The findings of all checks, one after the other as they come."""
    for name, check in checks:
        try:
            yield from check()
        except Exception as fault:
            yield bad(name, f"could not be checked: {type(fault).__name__}: {fault}", "please report this")
