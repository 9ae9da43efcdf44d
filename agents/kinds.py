"""Who carries out which kind of run. Whoever adds a kind says so in `AppConfig.ready`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from agents.loop.outcome import Outcome
from agents.models import Run
from agents.recorder import Recorder

TIME_LIMIT = 300.0  # seconds for one attempt, waiting for the engine included


class Work(Protocol):
    """One attempt at a run."""

    def answer(self) -> Outcome: ...


# The run, where its steps go, whether to stop, and until when (of `time.monotonic`).
Maker: TypeAlias = Callable[[Run, Recorder, Callable[[], bool], float], Work]


@dataclass(frozen=True)
class Kind:
    """How runs of a kind are carried out."""

    maker: Maker
    seconds: float = TIME_LIMIT


_kinds: dict[str, Kind] = {}


def register(name: str, maker: Maker, seconds: float = TIME_LIMIT) -> None:
    """Has `maker` carry out the runs of this kind, each attempt within so many seconds."""
    _kinds[name] = Kind(maker, seconds)


def of(run: Run) -> Kind:
    """How this run is carried out."""
    return _kinds[run.kind]
