"""Is it alive, is it ready, how is it doing: for people, load balancers and Prometheus."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from quarry import valkey, workers
from quarry.api.sentences import said_in
from quarry.web.model_metrics import ModelMetrics

QUEUES = ("inference", "ingestion", "embed", "maintenance")
ROLES = ("inference", "ingestion", "embed")
Part = dict[str, str]


def alive(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok", "version": settings.QUARRY_VERSION})


def ready(request: HttpRequest) -> HttpResponse:
    """200 when every part answers, else 503; the parts are listed either way."""
    found = parts()
    ok = all(part["status"] == "ok" for part in found)
    return JsonResponse({"status": "ready" if ok else "not ready", "parts": found}, status=200 if ok else 503)


def parts() -> list[Part]:
    """Every part with its state: `ok`, `starting` or `down`, and a sentence for the reader."""
    return [said_in(part, "detail") for part in _found()]


def _found() -> list[Part]:
    checks: list[tuple[str, Callable[[], str]]] = [("database", _database), ("valkey", _valkey)]
    found = [_checked(name, check) for name, check in checks]
    if found[1]["status"] != "ok":
        return found + [{"name": role, "status": "down", "detail": "unknown without Valkey"} for role in ROLES]
    return found + [_worker(role) for role in ROLES]


def _checked(name: str, check: Callable[[], str]) -> Part:
    try:
        return {"name": name, "status": "ok", "detail": check()}
    except Exception as error:
        return {"name": name, "status": "down", "detail": type(error).__name__}


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0]}"


def _valkey() -> str:
    info = valkey.client().info("server")
    return f"Valkey {info.get('valkey_version') or info['redis_version']}"


def _worker(role: str) -> Part:
    found = workers.alive(role)
    good = [worker for worker in found if worker.state == "ready"]
    if good:
        return {"name": role, "status": "ok", "detail": good[0].model or f"{len(good)} running"}
    if not found:
        return {"name": role, "status": "down", "detail": "no such worker is running"}
    status = "down" if found[0].state == "failed" else "starting"
    return {"name": role, "status": status, "detail": found[0].detail or "it is starting"}


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text: parts, workers, how much waits in each queue, what the models have done."""
    registry = CollectorRegistry()
    part = Gauge("quarry_part_up", "1 when the part answers", ["part"], registry=registry)
    for found in parts():
        part.labels(found["name"]).set(found["status"] == "ok")
    waiting = Gauge("quarry_queue_length", "Tasks that wait in a queue", ["queue"], registry=registry)
    for queue in QUEUES:
        waiting.labels(queue).set(queue_length(queue))
    registry.register(ModelMetrics(workers.alive("inference")))
    return HttpResponse(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")


def queue_length(queue: str) -> int:
    """Tasks that wait, over all priorities: kombu keeps a Redis list for each."""
    from quarry.celery import app

    with app.connection_for_read() as broker:
        channel: Any = broker.default_channel
        names = [queue if step == 0 else f"{queue}{channel.sep}{step}" for step in channel.priority_steps]
        return sum(channel.client.llen(name) for name in names)
