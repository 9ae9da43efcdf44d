"""What the engine has done since it was loaded, for metrics and benchmarks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .job import End, Failure


@dataclass
class Rate:
    """Tokens and the seconds that they took."""

    tokens: int = 0
    seconds: float = 0.0

    def add(self, tokens: int, seconds: float) -> None:
        self.tokens += tokens
        self.seconds += seconds

    @property
    def speed(self) -> float:
        """Tokens a second; 0 where nothing was measured."""
        return self.tokens / self.seconds if self.seconds else 0.0


@dataclass
class Stats:
    """Counts. `prompt_tokens` were read, `cached_tokens` were taken from slots and checkpoints instead. `reading` and
    `writing` are of the batches that did nothing else; `writing` counts all answers of a batch together."""

    jobs: int = 0
    failures: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    batches: int = 0
    busy_seconds: float = 0.0
    reading: Rate = field(default_factory=Rate)
    writing: Rate = field(default_factory=Rate)

    def batch(self, read: int, written: int, seconds: float) -> None:
        self.batches += 1
        self.prompt_tokens += read
        self.busy_seconds += seconds
        if not written:
            self.reading.add(read, seconds)
        elif not read:
            self.writing.add(written, seconds)

    def ended(self, last: End | Failure) -> None:
        self.jobs += 1
        if isinstance(last, End):
            self.cached_tokens += last.usage.cached_tokens
            self.completion_tokens += last.usage.completion_tokens
        else:
            self.failures += 1

    def facts(self) -> dict[str, Any]:
        """The counters; names as in the metrics."""
        return {
            "jobs": self.jobs,
            "failures": self.failures,
            "prompt_tokens": self.prompt_tokens,
            "cached_tokens": self.cached_tokens,
            "completion_tokens": self.completion_tokens,
            "busy_seconds": round(self.busy_seconds, 3),
        }
