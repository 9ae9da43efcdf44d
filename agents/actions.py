"""What can be done with a run: start it, cancel it, fail it."""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from quarry import events, leases
from quarry.api.problem import not_found
from quarry.events import stream

from agents import admission, policies, queue, selectors
from agents.models import Run, Step
from apps.accounts.models import User
from apps.audit import record

logger = logging.getLogger(__name__)
PATIENCE = 2.0  # seconds that a web request waits for Valkey to tell of something


@transaction.atomic
def start(person: User, kind: str, input: Mapping[str, Any]) -> Run:
    """A new run, in the queue as soon as the caller's transaction is committed; a problem where the queue is full."""
    admission.admit(person)
    run = Run.objects.create(person=person, kind=kind, input=dict(input))
    transaction.on_commit(lambda: queue.send(run))
    return run


@transaction.atomic
def cancel(person: User, run: Run) -> Run:
    """Asks for the run to stop. One on which nobody works ends at once, one that has ended stays as it is."""
    policies.require_owner(person, run)
    # Locked before the audit event: see `record`.
    found = Run.objects.select_for_update().filter(pk=run.pk).first()
    if found is None:
        raise not_found()
    if found.ended:
        return found
    if found.status == Run.Status.RUNNING:
        transaction.on_commit(lambda: _ask_to_stop(run.pk))
    else:
        end_cancelled(Run.objects.filter(pk=run.pk))
    record(person, f"{run.kind}.cancel", found, {})
    found.refresh_from_db()
    return found


def _ask_to_stop(run_id: UUID) -> None:
    """Raises the flag that the worker reads; one that has put the run aside just now reads nothing any more."""
    events.request_cancel(run_id)
    end_cancelled(Run.objects.filter(pk=run_id, status=Run.Status.AWAITING_APPROVAL))


def end_cancelled(waiting: QuerySet[Run]) -> bool:
    """Ends a run of which no worker has written anything."""
    run = waiting.first()
    if run is None or not waiting.update(status=Run.Status.CANCELLED, ended_at=timezone.now(), lease_until=None):
        return False
    end_waiting(run)
    transaction.on_commit(lambda: announce_end(Run.objects.get(pk=run.pk)))
    return True


def record_reading(person: User, run: Run) -> None:
    """Somebody's run was read by another person, who may: that is never unnoticed."""
    record(person, "run.read", run, {"of": str(run.person_id), "status": run.status})


def fail(run: Run, title: str, detail: str, code: str = "internal") -> None:
    """Ends the run with an error that the person can read, if it is still this attempt's to end."""
    end_failed(leases.held(Run.objects.filter(status=Run.Status.RUNNING), run), title, detail, code)


@transaction.atomic
def end_failed(rows: QuerySet[Run], title: str, detail: str, code: str) -> bool:
    """Ends the run that is found in `rows`, if one is: the row, its open steps, the audit event, its last event."""
    run = rows.select_for_update().first()
    if run is None:
        return False
    run.status, run.ended_at, run.lease_owner, run.lease_until = Run.Status.FAILED, timezone.now(), "", None
    run.error = {"title": title, "detail": detail, "type": f"urn:quarry:problem:{code}"}
    run.save(update_fields=["status", "error", "ended_at", "lease_owner", "lease_until"])
    end_steps(run, title)
    end_waiting(run)
    record(run.person, f"{run.kind}.fail", run, {"error": run.error, "attempts": run.attempts})
    transaction.on_commit(lambda: announce_end(run))
    return True


def end_steps(run: Run, why: str) -> None:
    """Ends the steps that an attempt left open."""
    left = Step.objects.filter(run=run, status=Step.Status.RUNNING)
    left.update(status=Step.Status.FAILED, ended=timezone.now(), result={"error": why})


def end_waiting(run: Run) -> None:
    """Ends the steps of an ended run that waited for people: nobody needs to decide any more."""
    left = Step.objects.filter(run=run, status=Step.Status.WAITING)
    left.update(
        status=Step.Status.FAILED, ended=timezone.now(), result={"error": "The run ended before this was done."}
    )


def announce_end(run: Run) -> None:
    """Puts the run's last event into its stream. If Valkey is away followers read the row instead."""
    event = selectors.final_event(run)
    try:
        events.publish(run.pk, event.kind, event.data, patience=PATIENCE)
        if run.kind == Run.Kind.COMPLETION:
            events.expire_soon(run.pk)
    except stream.LOST as error:
        logger.warning("The end of run %s was not told: %s", run.pk, error)
