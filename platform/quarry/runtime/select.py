"""Which chat model this machine answers with.

The rule. A Granite model comes into question when
  - it is an Instruct model with a rank in the catalogue,
  - what it needs with the default context (catalogue.py) fits into `budget.limit()`, a share of the machine's memory,
    so that the database, the embedder and the workers have the rest,
  - it is fast enough: it must read READ_TOKENS tokens a second, so that a question with its passages is read within
    about ten seconds. Speed is estimated from cores and parameters: CORE_PARAMETERS parameters x tokens a second a core
    was measured with 4-bit weights on cores with AVX-512. A mixture of experts counts EXPERTS_PENALTY times its active
    parameters, because a batch of prompt tokens needs nearly all experts,
  - it can be had: it is in the store, or its hub can be reached.
The one with the highest rank is taken. So two cores get h-1b or h-350m, four h-tiny, eight h-micro. Where none is left,
the starter takes its place. QUARRY_MODEL overrides everything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import budget, hub, machine
from .catalogue import Model, find, models
from .fetch import Tell, fetch, usable
from .settings import Settings
from .store import Progress, Store, read_json, write_json
from .types import ModelUnavailable

READ_TOKENS = 100
CORE_PARAMETERS = 75e9
EXPERTS_PENALTY = 2


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a model suits this machine, and if not, why."""

    fits: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The model, and the sentence to tell about it."""

    model: Model
    sentence: str


def fit(model: Model) -> Fit:
    """Measures a model by this machine."""
    need, room = model.memory_bytes(), budget.limit()
    if need > room:
        return Fit(False, f"needs {need / 2**30:.1f} GiB of memory; {room / 2**30:.1f} GiB are meant for a model here")
    speed = reading_speed(model, machine.cores())
    if model.kind == "chat" and speed < READ_TOKENS and not model.starter:
        return Fit(
            False, f"would read about {speed:.0f} tokens a second on {machine.cores()} cores: too slow to wait for"
        )
    return Fit(True, "")


def reading_speed(model: Model, cores: int) -> float:
    """Estimated prompt tokens a second."""
    work = model.active * EXPERTS_PENALTY if model.active else model.parameters
    return cores * CORE_PARAMETERS / work


def current(store: Store, settings: Settings) -> Model:
    """The model to load, without any network: the one asked for, the one chosen at set-up, or the best that is here."""
    if settings.model:
        return find(settings.model)
    chosen = read_json(store.root / "chat" / "chosen.json").get("id")
    if isinstance(chosen, str) and store.installed(model := find(chosen)):
        return model
    here = [m for m in _ranked() if store.installed(m)]
    if not here:
        raise ModelUnavailable("No chat model is downloaded. Run `make run`, or `manage.py doctor` to see why.")
    return next((m for m in here if fit(m).fits), here[-1])


def choose(store: Store, settings: Settings, progress: Progress | None = None, tell: Tell | None = None) -> Choice:
    """Decides, downloads and records. Used at set-up; a start without a network finds the record."""
    choice = _asked_for(settings) or _best(store, settings.offline)
    try:
        fetch(choice.model, store, offline=settings.offline, progress=progress, tell=tell)
    except ModelUnavailable as error:
        if settings.model or choice.model.starter:
            raise
        choice = Choice(_starter(), f"{error} Quarry answers with {_starter().name} for now.")
        fetch(choice.model, store, offline=settings.offline, progress=progress, tell=tell)
    if not settings.model:
        write_json(store.root / "chat" / "chosen.json", {"id": choice.model.id, "reason": choice.sentence})
    return choice


def _asked_for(settings: Settings) -> Choice | None:
    if not settings.model:
        return None
    model = find(settings.model)
    verdict = fit(model)
    warning = "" if verdict.fits else f" It {verdict.reason}."
    return Choice(model, f"{model.name}, as QUARRY_MODEL asks.{warning}")


def _best(store: Store, offline: bool) -> Choice:
    fitting = [m for m in _ranked() if not m.starter and fit(m).fits]
    if not fitting:
        return Choice(_starter(), f"No Granite model fits this machine: Quarry answers with {_starter().name}.")
    can_fetch = _once(lambda: not offline and hub.reachable())
    for model in fitting:
        if store.installed(model) or (usable(model, offline) and can_fetch()):
            return Choice(model, f"{model.name} is the best model that suits this machine.")
    why = "QUARRY_OFFLINE is set" if offline else "the model hub cannot be reached"
    return Choice(
        _starter(), f"{fitting[0].name} would suit this machine, but {why}: Quarry answers with {_starter().name}."
    )


def _ranked() -> list[Model]:
    ranked = [m for m in models() if m.kind == "chat" and m.rank is not None]
    return sorted(ranked, key=lambda m: -(m.rank or 0))


def _starter() -> Model:
    return next(m for m in _ranked() if m.starter)


def _once(ask: Callable[[], bool]) -> Callable[[], bool]:
    answers: list[bool] = []

    def cached() -> bool:
        if not answers:
            answers.append(ask())
        return answers[0]

    return cached
