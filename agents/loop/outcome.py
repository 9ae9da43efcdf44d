"""What carrying a run out comes to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from quarry import runtime

from .passages import Found

Counts = dict[str, float]  # of tokens, as the API shows them; and `cost`, where the model has a price
TOKENS = ("prompt_tokens", "cached_tokens", "completion_tokens")


class TimeLimit(Exception):
    """The run took longer than it may."""


@dataclass
class Outcome:
    """What a run leaves in its row."""

    answer: str
    citations: list[dict[str, Any]] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    usage: Counts | None = None
    model: runtime.ModelInfo | None = None
    declined: bool = False
    cancelled: bool = False
    waiting: bool = False  # for a person: the run is put aside and holds no worker
    result: dict[str, Any] | None = None


def usage_facts(done: runtime.Done) -> Counts:
    """What an answer took."""
    counts: Counts = {name: getattr(done.usage, name) for name in TOKENS}
    return counts | {"cost": done.model.cost(done.usage)} if done.model.prices else counts


def total(usages: Iterable[Mapping[str, float]]) -> Counts:
    """What several answers took together."""
    counts: Counts = dict.fromkeys(TOKENS, 0)
    for usage in usages:
        counts |= {name: counts.get(name, 0) + count for name, count in usage.items()}
    return counts
