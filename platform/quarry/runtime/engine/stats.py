"""What the engine has done since it was loaded, for metrics and benchmarks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from .job import End, Failure


@dataclass
class Stats:
    """Counts. `prompt_tokens` were read, `cached_tokens` were taken from slots and checkpoints instead."""

    jobs: int = 0
    failures: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    batches: int = 0
    busy_seconds: float = 0.0

    def batch(self, read: int, written: int, seconds: float) -> None:
        self.batches += 1
        self.prompt_tokens += read
        self.completion_tokens += written
        self.busy_seconds += seconds

    def ended(self, last: End | Failure) -> None:
        self.jobs += 1
        if isinstance(last, End):
            self.cached_tokens += last.usage.cached_tokens
        else:
            self.failures += 1

    def facts(self) -> dict[str, Any]:
        return asdict(self)
