"""What carrying a run out comes to."""

from dataclasses import dataclass, field
from typing import Any

from quarry import runtime

from .passages import Found


class TimeLimit(Exception):
    """The run took longer than it may."""


@dataclass
class Outcome:
    """What a run leaves in its row."""

    answer: str
    citations: list[dict[str, Any]] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    usage: dict[str, int] | None = None
    model: runtime.ModelInfo | None = None
    declined: bool = False
    cancelled: bool = False
    waiting: bool = False  # for a person: the run is put aside and holds no worker
    result: dict[str, Any] | None = None


def usage_facts(usage: runtime.Usage) -> dict[str, int]:
    """Token counts as the API shows them."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "cached_tokens": usage.cached_tokens,
        "completion_tokens": usage.completion_tokens,
    }
