"""What is to be known of the models: the runtime's list, with what the workers say and what is being done."""

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from quarry import runtime, workers
from quarry.api.sentences import said
from quarry.runtime import adding, policy, settings
from quarry.runtime.catalogue import Model
from quarry.runtime.jsonfile import read_json
from quarry.runtime.store import Store

from apps.accounts.models import User
from apps.accounts.policies import require_administrator
from apps.library.faults import as_problem
from apps.library.models import Job

SHOWN = timedelta(hours=1)
MOST_JOBS = 20
MEASURED = ("slots", "context", "memory_bytes", "reads", "writes")


def store() -> Store:
    return Store(settings.current().models)


def named_by_environment() -> str | None:
    """The model that QUARRY_MODEL asks for: it cannot be chosen otherwise then."""
    return settings.current().model


def listing(reader: User) -> list[dict[str, Any]]:
    """Every model, what is known of it here, and where it is loaded."""
    require_administrator(reader)
    with as_problem():
        entries = runtime.models()
    alive, chosen = workers.alive(), _chosen()
    for entry in entries:
        loaded = [facts for worker in alive if (facts := _held(worker, entry["id"])) is not None]
        sentences = {key: said(entry[key]) for key in ("reason", "refused")}
        entry |= sentences | {"loaded": loaded, "active": bool(loaded), "chosen": entry["id"] == chosen}
    return entries


def jobs(reader: User) -> QuerySet[Job]:
    """What is being done, and what ended a short while ago."""
    require_administrator(reader)
    return Job.objects.filter(Q(status__in=Job.ACTIVE) | Q(ended_at__gt=timezone.now() - SHOWN))


def arrivals(reader: User) -> list[dict[str, Any]]:
    """Files that can be added."""
    require_administrator(reader)
    return adding.incoming(store())


def rules(reader: User) -> policy.Policy:
    """The policy about signatures."""
    require_administrator(reader)
    with as_problem():
        return policy.current()


def in_use(model: Model) -> str:
    """Who would miss the model; "" where nobody would."""
    for worker in workers.alive():
        if _held(worker, model.id) is not None:
            return f"the {worker.role} worker on {worker.host}"
    if read_json(store().root / "embedding" / "chosen.json").get("id") == model.id:
        return "the search index"
    return "the setting QUARRY_MODEL" if named_by_environment() == model.id else ""


def digest(model: Model) -> str:
    """The pinned digest, or "" of what is not whole."""
    try:
        return store().pinned(model)
    except runtime.RuntimeFault:
        return ""


def _chosen() -> str | None:
    return named_by_environment() or read_json(store().root / "chat" / "chosen.json").get("id")


def _held(worker: workers.Worker, model_id: str) -> dict[str, Any] | None:
    """What the worker says of the model, if it holds it. An embedding space's name begins with its model's id."""
    for facts in getattr(worker, "models", []):
        if facts.get("id") == model_id:
            return _place(worker) | {key: facts.get(key) for key in MEASURED}
    if worker.model == model_id or worker.model.startswith(f"{model_id}@"):
        return _place(worker) | dict.fromkeys(MEASURED)
    return None


def _place(worker: workers.Worker) -> dict[str, Any]:
    return {"role": worker.role, "host": worker.host, "pid": worker.pid}
