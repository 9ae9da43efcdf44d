"""An installation with a store of its own: the tiny model stands in for the smallest Granite."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from quarry.celery import app
from quarry.runtime import catalogue, hub, settings, tiny
from quarry.runtime.settings import Settings
from quarry.runtime.store import Store, digest
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.library import work
from apps.library.models import Job
from tests.runtime.hub_server import Hub, serving

TINY = "granite-4.0-h-350m"


@pytest.fixture(scope="session")
def tiny_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return tiny.write(tmp_path_factory.mktemp("tiny") / "tiny.gguf").read_bytes()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    before = settings.current()
    settings.configure(Settings(tmp_path / "home", tmp_path / "models"))
    yield Store(tmp_path / "models")
    settings.configure(before)


@pytest.fixture
def installed(store: Store, tiny_bytes: bytes) -> Store:
    model = catalogue.find(TINY)
    store.folder(model).mkdir(parents=True)
    store.path(model).write_bytes(tiny_bytes)
    store.record(model, {model.file_name: digest(store.path(model))}, "a test", "1")
    return store


@pytest.fixture
def hub_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(hub, "BACKOFF", 0.01)
    with serving() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield running


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Jobs that went to the queue; a test does them itself with `done`."""
    found: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda name, args, **_: found.append(args[0]))
    return found


@pytest.fixture
def api(client_for: Any, administrator: User, sent: list[str]) -> APIClient:
    return client_for(administrator)  # type: ignore[no-any-return]


def done(job: dict[str, Any]) -> Job:
    """The job, done in this process as a worker would do it."""
    import uuid

    return work.run(uuid.UUID(job["id"]))
