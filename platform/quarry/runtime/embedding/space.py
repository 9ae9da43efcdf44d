"""Which embedding model this installation uses. Chosen once and kept: vectors of two models cannot be compared."""

from __future__ import annotations

from ..catalogue import Model, find, models
from ..faults import DiskFull, FetchFailed
from ..fetch import Tell, fetch, usable
from ..store import Progress, Store, read_json, write_json
from ..types import ModelUnavailable

DIGITS = 12  # of the digest in the space's name


def chosen(store: Store) -> Model:
    """The model that the store records; an error while there is none."""
    model_id = read_json(store.root / "embedding" / "chosen.json").get("id")
    if not isinstance(model_id, str):
        raise ModelUnavailable("No embedding model is set up yet. Run `make run`, or `manage.py doctor` to see why.")
    return find(model_id, "embedding")


def choose(store: Store, offline: bool, progress: Progress | None = None, tell: Tell | None = None) -> Model:
    """Makes sure that the embedding model is here; the first time, the best that can be had becomes the choice."""
    try:
        model = chosen(store)
    except ModelUnavailable:
        return _choose_first(store, offline, progress, tell)
    fetch(model, store, offline=offline, progress=progress, tell=tell)
    return model


def _choose_first(store: Store, offline: bool, progress: Progress | None, tell: Tell | None) -> Model:
    failures = []
    for model in candidates(offline):
        try:
            fetch(model, store, offline=offline, progress=progress, tell=tell)
        except DiskFull:
            raise
        except FetchFailed as error:
            failures.append(str(error))
            continue
        write_json(store.root / "embedding" / "chosen.json", {"id": model.id})
        return model
    raise ModelUnavailable("No embedding model can be had. " + " ".join(failures))


def candidates(offline: bool) -> list[Model]:
    """Embedding models that may be chosen unasked, the best first."""
    ranked = [m for m in models() if m.kind == "embedding" and m.rank is not None and usable(m, offline)]
    return sorted(ranked, key=lambda m: -(m.rank or 0))


def name(model: Model, sha256: str) -> str:
    """The name of the space; other bytes, other name."""
    return f"{model.id}@{sha256[:DIGITS]}"
