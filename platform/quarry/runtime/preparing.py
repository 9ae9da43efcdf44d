"""Set-up: the models that this installation needs, downloaded and verified. A second run finds everything there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import select, settings
from .catalogue import Model
from .embedding import space
from .store import Store
from .types import ModelUnavailable

Tell = Callable[[str], None]
Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """`sentence` says in plain words why it is this chat model."""

    chat: Model
    embedding: Model
    sentence: str


def prepare(tell: Tell, report: Report | None = None) -> Prepared:
    """Makes sure of both models. `tell` gets sentences, `report` (what, bytes done, bytes in all)."""
    current = settings.current()
    store = Store(current.models)
    settled = _settled(store, current)
    choice = settled or select.choose(store, current, _progress(report, "chat model"), tell)
    if not settled:
        tell(choice.sentence)
    embedding = space.choose(store, current.offline, _progress(report, "embedding model"), tell)
    for model, what in ((choice.model, "chat model"), (embedding, "embedding model")):
        store.verify(model, _progress(report, f"checking the {what}"))
    return Prepared(choice.model, embedding, choice.sentence)


def _settled(store: Store, current: settings.Settings) -> select.Choice | None:
    """What is here already, unless it is a starter that a Granite model may now replace."""
    try:
        model = select.current(store, current)
    except ModelUnavailable:
        return None
    if not store.installed(model) or (model.starter and not current.model and not current.offline):
        return None
    return select.Choice(model, f"{model.name} is installed.")


def _progress(report: Report | None, what: str) -> Callable[[int, int], None] | None:
    return (lambda done, total: report(what, done, total)) if report else None
