"""Real parts in small: a tiny GGUF, a hub on this machine, a store in a temporary folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from quarry import runtime
from quarry.runtime import catalogue, hub, settings, tiny, wheels
from quarry.runtime.engine.engine import Engine
from quarry.runtime.engine.options import Options
from quarry.runtime.store import Store, digest

from .hub_server import Hub, serving

STARTER = "qwen2.5-coder-1.5b-instruct"
TINY_ID = "granite-4.0-h-350m"  # no digest is pinned for it, so that any file may stand in for it


@pytest.fixture(scope="session")
def tiny_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write(tmp_path_factory.mktemp("tiny") / "tiny.gguf")


@pytest.fixture(scope="module")
def engine(tiny_file: Path) -> Iterator[Engine]:
    running = Engine(tiny_file, Options(context=2048, threads=1, chunk=64, waiting=8))
    yield running
    running.close()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


@pytest.fixture
def hub_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(hub, "BACKOFF", 0.01)
    monkeypatch.setattr(wheels, "BACKOFF", 0.01)
    with serving() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield running


def put(store: Store, model_id: str, file: Path) -> Store:
    """Makes the file this store's model of that id."""
    model = catalogue.find(model_id)
    path = store.path(model)
    path.parent.mkdir(parents=True)
    path.write_bytes(file.read_bytes())
    store.record(model, {model.file_name: digest(path)}, "a test", "1")
    return store


@pytest.fixture
def tiny_store(store: Store, tiny_file: Path) -> Store:
    """A store whose small Granite is the tiny model."""
    return put(store, TINY_ID, tiny_file)


@pytest.fixture
def configured(tiny_store: Store, tmp_path: Path) -> Iterator[Store]:
    """The door, opened on the tiny model."""
    before = settings.current()
    runtime.configure(tmp_path, tiny_store.root, TINY_ID, offline=True)
    yield tiny_store
    runtime.unload()
    settings.configure(before)


@pytest.fixture(scope="session")
def models_folder() -> Path:
    """Where `make test` has put the starter."""
    named = os.environ.get("QUARRY_MODELS")
    return Path(named) if named else Path(__file__).resolve().parents[2] / "var" / "models"


@pytest.fixture(scope="module")
def starter(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The door, opened on the starter."""
    before = settings.current()
    runtime.configure(tmp_path_factory.mktemp("home"), models_folder, STARTER, offline=True)
    runtime.load()
    yield
    runtime.unload()
    settings.configure(before)
