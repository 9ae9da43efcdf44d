"""What became of one case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from apps.evaluation.asking import Asker


@dataclass(frozen=True)
class Judgement:
    """`calls` and `facts` are kept with the case."""

    right: bool
    malformed: int = 0
    calls: list[Any] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


class Benchmark(Protocol):
    """A set of tasks, each known by its category and key."""

    def draw(self, options: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The tasks of an evaluation."""

    def solve(self, category: str, key: str, asker: Asker) -> Judgement:
        """Has the model do one, and judges."""
