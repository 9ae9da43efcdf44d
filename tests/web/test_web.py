"""Health, the front end's page and the OpenAPI document."""

import json
import os
import socket
import time
from typing import Any

import pytest
import yaml
from django.test import Client
from quarry import runtime
from quarry.runtime.store import Store
from quarry.workers import Worker, announce

from apps.accounts.models import User
from tests.runtime.conftest import TINY_ID


def test_alive(client: Client) -> None:
    assert client.get("/healthz").json()["status"] == "ok"


@pytest.mark.django_db
def test_not_ready_without_workers_then_ready(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    states = {part["name"]: part["status"] for part in answer.json()["parts"]}
    assert states == {"database": "ok", "valkey": "ok", "inference": "down", "ingestion": "down", "embed": "down"}


@pytest.mark.django_db
def test_a_worker_is_seen_while_it_lives(client: Client) -> None:
    worker = Worker(role="ingestion", state="ready")
    stop = announce(worker)
    for _ in range(100):
        parts = {part["name"]: part["status"] for part in client.get("/readyz").json()["parts"]}
        if parts["ingestion"] == "ok":
            break
    stop.set()
    assert parts["ingestion"] == "ok"


@pytest.mark.django_db
def test_metrics(client: Client) -> None:
    text = client.get("/metrics").content.decode()
    assert 'quarry_part_up{part="database"} 1.0' in text
    assert 'quarry_queue_length{queue="inference"} 0.0' in text


@pytest.mark.django_db
def test_metrics_of_a_loaded_model(client: Client, configured: Store) -> None:
    runtime.load()
    list(runtime.generate([runtime.Message("user", "Hello")], params=runtime.Params(max_tokens=5)))
    stop = announce(Worker("inference"), runtime.loaded)
    labels = f'{{model="{TINY_ID}",worker="{socket.gethostname()}:{os.getpid()}"}}'
    wanted = f"quarry_model_completion_tokens_total{labels} 5.0"
    for _ in range(50):
        if wanted in (text := client.get("/metrics").content.decode()):
            break
        time.sleep(0.1)
    stop.set()
    assert wanted in text
    assert f"quarry_model_cached_tokens_total{labels} 0.0" in text
    assert f"quarry_model_misses_total{labels} 1.0" in text
    assert f"quarry_model_checkpoint_bytes{labels} " in text
    assert f"quarry_model_busy{labels} " in text


def test_unknown_api_paths_are_problems_and_files_are_not_pages(client: Client, db: None) -> None:
    assert client.get("/api/v1/nothing").json()["status"] == 404
    assert client.get("/nothing.js").status_code == 404


def test_pages_keep_to_this_server(client: Client, db: None) -> None:
    policy = client.get("/healthz")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "script-src 'self'" in policy


@pytest.mark.django_db
def test_schema_is_whole_and_documents_errors(client: Client) -> None:
    schema: dict[str, Any] = yaml.safe_load(client.get("/api/v1/schema").content)
    assert {"/healthz", "/readyz", "/metrics", "/api/v1/me", "/api/v1/audit"} <= schema["paths"].keys()
    for operations in schema["paths"].values():
        for operation in operations.values():
            assert "default" in operation["responses"]
    json.dumps(schema, default=str)


@pytest.mark.django_db
def test_system_is_for_administrators(client_for: Any, administrator: User, employee: User) -> None:
    assert client_for(employee).get("/api/v1/system").status_code == 403
    found = client_for(administrator).get("/api/v1/system").json()
    assert found["version"]
    assert {part["name"] for part in found["parts"]} >= {"database", "valkey"}
    models = client_for(administrator).get("/api/v1/models").json()["results"]
    assert {model["kind"] for model in models} >= {"chat", "embedding"}
