"""Models that an administrator added to this installation: their entries stand in `<store>/added.json`, in the form
of the catalogue's own. The file is data from outside: an entry that is not sound is left out and said in the log."""

from __future__ import annotations

import fcntl
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .jsonfile import read_json, write_json

if TYPE_CHECKING:
    from .catalogue import Model

FILE = "added.json"
logger = logging.getLogger(__name__)


def models(store: Path) -> tuple[Model, ...]:
    """The added models of a store; the file is read again when it has changed."""
    try:
        facts = (store / FILE).stat()
    except OSError:
        return ()
    return _models(store, (facts.st_mtime_ns, facts.st_size, facts.st_ino))


@lru_cache(maxsize=8)
def _models(store: Path, stamp: tuple[int, int, int]) -> tuple[Model, ...]:
    return tuple(_sound(read_json(store / FILE).get("models", [])))


def _sound(entries: list[Any]) -> Iterator[Model]:
    from .catalogue import InvalidRequest, built_in, model_of

    taken = {model.id for model in built_in()}
    for entry in entries:
        try:
            model = model_of(entry)
        except InvalidRequest as error:
            logger.error("An entry of %s is left out: %s", FILE, error)
            continue
        if model.id not in taken:
            taken.add(model.id)
            yield model


def put(store: Path, entry: dict[str, Any]) -> None:
    """Adds the entry, or replaces the one of the same id."""
    with _changing(store) as entries:
        entries[:] = [each for each in entries if each.get("id") != entry["id"]] + [json.loads(json.dumps(entry))]


def drop(store: Path, model_id: str) -> None:
    """Takes the entry away, if there is one."""
    if (store / FILE).exists():
        with _changing(store) as entries:
            entries[:] = [each for each in entries if each.get("id") != model_id]


def entry(store: Path, model_id: str) -> dict[str, Any] | None:
    """The entry as it was added."""
    found = read_json(store / FILE).get("models", [])
    return next((each for each in found if isinstance(each, dict) and each.get("id") == model_id), None)


@contextmanager
def _changing(store: Path) -> Iterator[list[Any]]:
    store.mkdir(parents=True, exist_ok=True)
    with (store / f".{FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        entries = [each for each in read_json(store / FILE).get("models", []) if isinstance(each, dict)]
        yield entries
        write_json(store / FILE, {"models": entries})
