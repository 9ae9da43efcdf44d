"""The chat models of this process: chosen, verified, loaded under the memory budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from . import budget, select, settings
from .catalogue import Model, find, models
from .engine.disk import DiskTier
from .engine.engine import Engine, Unloaded
from .engine.job import End, Job, Piece
from .engine.model import LoadedModel
from .engine.options import Options, for_model, layout
from .prompt import Renderer
from .store import Store
from .types import Cancelled, ModelInfo, ModelUnavailable, Prefill, Queued

_serving = False  # whether this process may load: the web process must not


@dataclass(frozen=True)
class Loaded:
    """A chat model that answers."""

    info: ModelInfo
    engine: Engine
    renderer: Renderer
    size: int

    @property
    def busy(self) -> int:
        return self.engine.busy

    def close(self) -> None:
        self.engine.close()

    def answer(self, job: Job, cancelled: Cancelled | None = None) -> Iterator[Queued | Prefill | Piece | End]:
        """The engine's answer. Where another model took this one's place just now, it is loaded again."""
        try:
            yield from self.engine.answer(job, cancelled)
        except Unloaded:
            yield from ready(self.info.id).engine.answer(job, cancelled)

    def facts(self) -> dict[str, Any]:
        """For metrics and the administration; speeds in tokens a second, 0 until measured."""
        options = self.engine.options
        return {
            "id": self.info.id,
            "sha256": self.info.sha256,
            "slots": options.slots,
            "context": self.info.context,
            "memory_bytes": self.size,
            "reads": round(self.engine.stats.reading.speed, 1),
            "writes": round(self.engine.stats.writing.speed, 1),
            "stats": {"busy": self.busy} | self.engine.stats.facts() | self.engine.checkpoints.facts(),
        }


def load() -> ModelInfo:
    """Verifies and loads; see the door."""
    serve()
    return ready(None).info


def serve() -> None:
    """Lets this process load a model once one is asked for."""
    global _serving
    _serving = True


def unload() -> None:
    global _serving
    _serving = False
    budget.models.clear()


def current_model() -> ModelInfo:
    model, store = _model(None), _store()
    if loaded := budget.models.get(model.id, Loaded):
        return loaded.info
    context, _ = layout(model, budget.limit())
    return ModelInfo(model.id, store.pinned(model), context)


def ready(name: str | None) -> Loaded:
    """The model of this name, loaded; None is the chat model of this installation."""
    if not _serving:
        raise ModelUnavailable("The chat model is not loaded in this process.")
    model = _model(name)
    return budget.models.get(model.id, Loaded) or budget.models.take(model.id, Loaded, lambda room: _plan(model, room))


def loaded() -> list[Loaded]:
    """What is loaded now."""
    return [held.member for held in budget.models.members().values() if isinstance(held.member, Loaded)]


def count_tokens(text: str) -> int:
    model = _model(None)
    here = budget.models.get(model.id, Loaded)
    vocabulary = here.engine.model if here else _vocabulary(_verified(model)[0])
    return len(vocabulary.tokenize(text, special=False))


def _store() -> Store:
    return Store(settings.current().models)


def _model(name: str | None) -> Model:
    """A chat model or a guardian by its name; None is the chat model of this installation."""
    if name is None:
        return select.current(_store(), settings.current())
    guardian = next((model for model in models() if model.id == name and model.kind == "guardian"), None)
    return guardian or find(name)


def _verified(model: Model) -> tuple[Path, str]:
    """The file, and the digest that it was seen to have."""
    store = _store()
    sha256 = store.verify(model)
    return store.path(model), sha256


def _plan(model: Model, room: int) -> tuple[int, Callable[[], Loaded]]:
    options = for_model(model, room)
    size = model.memory_bytes(options.context, options.slots) + options.checkpoints
    return size, lambda: _load(model, options, size)


def _load(model: Model, options: Options, size: int) -> Loaded:
    path, sha256 = _verified(model)
    engine = Engine(path, options, _disk(sha256, options))
    return Loaded(ModelInfo(model.id, sha256, engine.context.size), engine, Renderer(engine.model), size)


def _disk(sha256: str, options: Options) -> DiskTier | None:
    """States on the disk belong to the very bytes of a model, and to how it is run."""
    current = settings.current()
    if not current.checkpoint_disk:
        return None
    how = f"{sha256[:32]}-{options.context}-{int(options.flash_attention)}-{version('llama-cpp-python')}"
    return DiskTier(current.home / "checkpoints" / how, current.checkpoint_disk)


@cache
def _vocabulary(path: Path) -> LoadedModel:
    """Only the vocabulary: a few tens of megabytes, and no context."""
    return LoadedModel(path)
