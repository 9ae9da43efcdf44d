"""Does a job. Progress is written into its row about once a second; the same write notices that it was cancelled or
taken over by another worker, and ends the work."""

import logging
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import close_old_connections, transaction
from django.utils import timezone
from quarry import leases
from quarry.runtime import RuntimeFault, adding, catalogue, settings
from quarry.runtime.fetch import fetch
from quarry.runtime.store import Progress

from apps.audit import record
from apps.library import selectors
from apps.library.models import Job

EVERY_SECONDS = 0.7
DONE = {"pull": "model.pull_done", "verify": "model.verify_done", "add": "model.add_done"}
FAILED = {"pull": "model.pull_failed", "verify": "model.verify_failed", "add": "model.add_failed"}
logger = logging.getLogger(__name__)


class Cancelled(Exception):
    """Somebody cancelled the job, or another worker has it now."""


def in_background(job_id: uuid.UUID) -> None:
    """A thread of its own: a download of hours must not keep a worker from its small tasks. When the process dies, the
    lease runs out and `recovery` sends the job again."""
    threading.Thread(target=_alone, args=(job_id,), name="library", daemon=True).start()


def _alone(job_id: uuid.UUID) -> None:
    try:
        run(job_id)
    except Exception:
        logger.exception("Job %s ended unexpectedly", job_id)
    finally:
        close_old_connections()


def run(job_id: uuid.UUID, show: Progress | None = None) -> Job:
    """Does the job, unless somebody else does; returns it as it then is."""
    waiting = Job.objects.filter(pk=job_id, status=Job.Status.QUEUED)
    if leases.claim(waiting, status=Job.Status.RUNNING, updated_at=timezone.now()):
        job = Job.objects.get(pk=job_id)
        with leases.holding(job):
            _do(job, _Meter(job, show))
    return Job.objects.get(pk=job_id)


def _do(job: Job, meter: "_Meter") -> None:
    try:
        facts = WORK[job.kind](job, meter)
        meter.write()
    except Cancelled:
        logger.info("The %s of %s was cancelled", job.kind, job.model)
    except RuntimeFault as fault:
        _end(job, Job.Status.FAILED, {"error": str(fault)})
    except OSError as fault:
        _end(job, Job.Status.FAILED, {"error": f"The folder of models cannot be written: {fault.strerror or fault}."})
    except BaseException:
        _end(job, Job.Status.FAILED, {"error": "The work was interrupted."})
        raise
    else:
        _end(job, Job.Status.COMPLETED, facts)


@transaction.atomic
def _end(job: Job, status: str, facts: dict[str, Any]) -> None:
    changes = {"status": status, "error": facts.get("error", ""), "ended_at": timezone.now()}
    mine = leases.held(Job.objects.filter(status=Job.Status.RUNNING), job)
    if not leases.release(mine, **changes, updated_at=timezone.now()):
        return
    event = (FAILED if status == Job.Status.FAILED else DONE)[job.kind]
    record(job.requested_by, event, job, {"model": job.model} | facts)


def _pull(job: Job, meter: Progress) -> dict[str, Any]:
    model, store = _model(job), selectors.store()
    fetch(model, store, offline=settings.current().offline, progress=meter)
    return {"sha256": store.verify(model, meter), "signer": store.signature(model).signer}


def _verify(job: Job, meter: Progress) -> dict[str, Any]:
    model, store = _model(job), selectors.store()
    store.forget(model)
    return {"sha256": store.verify(model, meter), "signer": store.signature(model).signer}


def _add(job: Job, meter: Progress) -> dict[str, Any]:
    model = adding.add(selectors.store(), Path(job.facts["path"]), job.facts["entry"], meter)
    return {"sha256": model.sha256}


def _model(job: Job) -> catalogue.Model:
    """The job's model; it may have been removed since it was asked for."""
    return catalogue.named(job.model) or catalogue.find(job.model)


WORK: dict[str, Callable[[Job, Progress], dict[str, Any]]] = {"pull": _pull, "verify": _verify, "add": _add}


class _Meter:
    """Progress of a job, for its row and for whoever looks at a terminal."""

    def __init__(self, job: Job, show: Progress | None) -> None:
        self.job, self.show, self.done, self.total = job, show, 0, 0
        self._written = 0.0

    def __call__(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        if self.show:
            self.show(done, total)
        if time.monotonic() - self._written >= EVERY_SECONDS:
            self.write()

    def write(self) -> None:
        self._written = time.monotonic()
        mine = leases.held(Job.objects.filter(status=Job.Status.RUNNING), self.job)
        if not mine.update(done=self.done, total=self.total, updated_at=timezone.now()):
            raise Cancelled
