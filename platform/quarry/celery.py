"""The Celery application: queues `inference`, `ingestion`, `embed` and `maintenance` (settings say which task goes
where). A worker's role comes from `QUARRY_ROLE`; the roles that hold a model load it before they take work."""

import logging
import os
import threading
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quarry.settings")

from celery import Celery
from celery.signals import worker_ready, worker_shutting_down

app = Celery("quarry")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["quarry"], related_name="embedding")
logger = logging.getLogger(__name__)
_stop: threading.Event | None = None


@worker_ready.connect
def _start(**_: Any) -> None:
    """Says that the worker is there, then loads its model. The pool's threads wait for the model by themselves."""
    global _stop
    from quarry import runtime
    from quarry.workers import Worker, announce

    worker = Worker(role=os.environ.get("QUARRY_ROLE", "worker"))
    _stop = announce(worker, runtime.loaded)
    try:
        _load(worker)
        worker.state = "ready"
    except Exception as error:
        worker.state, worker.detail = "failed", str(error)
        logger.exception("The %s worker has no model", worker.role)


def _load(worker: Any) -> None:
    from quarry import runtime

    if worker.role == "inference" and not runtime.needs_model():
        runtime.serve()
        worker.model = runtime.order()[0]
    elif worker.role == "inference":
        info = runtime.load()
        worker.model, worker.model_sha256 = info.id, info.sha256
    elif worker.role == "embed":
        worker.model, _ = runtime.embedding_space()
        runtime.embed(["warm"], "query")


@worker_shutting_down.connect
def _end(**_: Any) -> None:
    if _stop is not None:
        _stop.set()
