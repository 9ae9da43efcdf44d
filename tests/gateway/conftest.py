"""The API as programs meet it: a real server, a real worker with the tiny model, and the official client."""

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
import uvicorn
from celery.contrib.testing.worker import start_worker
from django.db import connection
from quarry import runtime
from quarry.asgi import application
from quarry.celery import app
from quarry.runtime import catalogue, settings
from quarry.runtime.store import Store, digest

from apps.accounts.actions import create_api_key
from apps.accounts.models import User
from apps.endpoints import selectors as endpoints
from tests.embedded.running import free_port, until
from tests.fixtures.runs import empty_queues
from tests.knowledge.conftest import shelve
from tests.runtime.conftest import TINY_ID, models_folder, tiny_file

__all__ = ["models_folder", "shelve", "tiny_file"]


@pytest.fixture(scope="package")
def url(django_db_setup: None) -> Iterator[str]:
    """A web server over the whole product."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(application, port=port, lifespan="off", log_level="warning"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    until(lambda: server.started)
    yield f"http://127.0.0.1:{port}/v1"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="package")
def door(tiny_file: Path, models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The runtime's door, opened on the tiny model, and on the embedding model that `make test` put there."""
    before, home = settings.current(), tmp_path_factory.mktemp("gateway")
    store, model = Store(home / "models"), catalogue.find(TINY_ID)
    path = store.path(model)
    path.parent.mkdir(parents=True)
    path.write_bytes(tiny_file.read_bytes())
    store.record(model, {model.file_name: digest(path)}, "a test", "1")
    os.symlink(models_folder / "embedding", store.root / "embedding")
    runtime.configure(home, store.root, TINY_ID, offline=True)
    runtime.offer(endpoints.offered, endpoints.order)
    yield
    runtime.unload()
    settings.configure(before)


@pytest.fixture(scope="package")
def worker(door: None, django_db_setup: None) -> Iterator[runtime.ModelInfo]:
    """An inference worker that holds the model."""
    empty_queues()
    info = runtime.load()
    options: dict[str, Any] = {
        "pool": "threads",
        "concurrency": 4,
        "queues": ["inference", "embed"],
        "perform_ping_check": False,
    }
    with start_worker(app, **options):
        yield info
    connection.close_pool()  # type: ignore[attr-defined]  # the worker's threads leave theirs in it


@pytest.fixture
def key(transactional_db: None, employee: User) -> str:
    return create_api_key(None, employee, "test")[1]


@pytest.fixture
def client(url: str, key: str, worker: runtime.ModelInfo) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=url, api_key=key, max_retries=0, timeout=60) as made:
        yield made


@pytest.fixture
def model(worker: runtime.ModelInfo) -> str:
    return worker.id
