"""Who carries out which kind of run. Whoever adds a kind says so in `AppConfig.ready`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from agents.loop.outcome import Outcome
from agents.models import Run
from agents.recorder import Recorder

TIME_LIMIT = 300.0  # seconds for one attempt, waiting for the engine included


class Later(Exception):
    """Raised by work that lets others go first: what it has done so far is stored, and it goes on from there when its
    turn comes again, in `delay` seconds at the earliest."""

    def __init__(self, delay: float = 0.0) -> None:
        super().__init__()
        self.delay = delay


class Work(Protocol):
    """One attempt at a run. `answer` may raise `Later`."""

    def answer(self) -> Outcome: ...


# The run, where its steps go, whether to stop, and until when (of `time.monotonic`).
Maker: TypeAlias = Callable[[Run, Recorder, Callable[[], bool], float], Work]


@dataclass(frozen=True)
class Kind:
    """How runs of a kind are carried out."""

    maker: Maker
    seconds: float = TIME_LIMIT
    seconds_of: Callable[[Run], float] | None = None


_kinds: dict[str, Kind] = {}


def register(
    name: str, maker: Maker, seconds: float = TIME_LIMIT, seconds_of: Callable[[Run], float] | None = None
) -> None:
    """Has `maker` carry out the runs of this kind, each attempt within so many seconds; where that depends on the run,
    `seconds_of` tells."""
    _kinds[name] = Kind(maker, seconds, seconds_of)


def of(run: Run) -> Kind:
    """How this run is carried out."""
    kind = _kinds[run.kind]
    return replace(kind, seconds=kind.seconds_of(run)) if kind.seconds_of else kind
