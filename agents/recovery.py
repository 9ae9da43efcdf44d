"""Taking up runs whose worker died, and runs whose message was lost."""

import logging
import os
import socket
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from quarry import events, leases
from quarry.web.health import queue_length

from agents import actions, queue
from agents.models import Run, Step

LOST_AFTER = timedelta(seconds=20)
WRITTEN = frozenset({"token", "reasoning", "tool_call"})  # a program that has read one cannot be told to forget it
REASON = "The worker stopped; another one starts over."
GOES_ON = "The worker stopped; another one goes on from the last step."
logger = logging.getLogger(__name__)


def recover() -> None:
    """Requeues or ends every run whose worker is gone, and sends again what seems to be lost."""
    for run in abandoned():
        _take_up(run)
    _resend_lost()


def abandoned() -> list[Run]:
    """Running runs whose lease ran out, or whose worker was on this machine and is no more."""
    running = Run.objects.filter(status=Run.Status.RUNNING)
    expired = set(leases.expired(running).values_list("pk", flat=True))
    return [run for run in running if run.pk in expired or _is_dead(run.lease_owner)]


def _is_dead(lease_owner: str) -> bool:
    """Whether the lease is held by a process of this machine that does not live any more: no need to wait then."""
    host, _, rest = lease_owner.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname() or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@transaction.atomic
def _take_up(run: Run) -> None:
    mine: QuerySet[Run] = Run.objects.filter(
        pk=run.pk, status=Run.Status.RUNNING, lease_owner=run.lease_owner, lease_until=run.lease_until
    )
    if events.is_cancelled(run.pk):
        if actions.end_cancelled(mine):
            actions.end_steps(run, "The worker stopped.")
    elif run.attempts >= leases.MAX_ATTEMPTS and not _came_on(run):
        _give_up(mine, run)
    elif run.plan is None and run.input.get("stream") and events.has_any(run.pk, WRITTEN):
        detail = "The worker stopped in the middle of the answer."
        actions.end_failed(mine, "The run was interrupted", detail, "interrupted")
    elif mine.update(status=Run.Status.QUEUED, lease_owner="", lease_until=None, sent_at=timezone.now()):
        actions.end_steps(run, "The worker stopped.")
        transaction.on_commit(lambda: _restart(run))


def _goes_on(run: Run) -> bool:
    """Whether what it has done is kept: an agent's steps, a summary's parts, an extraction's rows."""
    return run.plan is not None or run.kind in (Run.Kind.SUMMARY, Run.Kind.EXTRACTION)


def _came_on(run: Run) -> bool:
    """Whether a run that goes on where it was came on in its last attempts."""
    last = run.steps.filter(attempt__gt=run.attempts - leases.MAX_ATTEMPTS, status=Step.Status.COMPLETED)
    return _goes_on(run) and last.exists()


def _give_up(mine: QuerySet[Run], run: Run) -> None:
    detail = f"The worker stopped {run.attempts} times while it worked on this. Ask again, or ask an administrator."
    actions.end_failed(mine, "The run was interrupted", detail, "interrupted")


def _restart(run: Run) -> None:
    logger.warning("Run %s is taken up again after attempt %d", run.pk, run.attempts)
    reason = GOES_ON if _goes_on(run) else REASON
    events.publish(run.pk, "restart", {"attempt": run.attempts + 1, "reason": reason}, patience=5.0)
    queue.send(run)


def _resend_lost() -> None:
    """A run that waits for long while the queue is empty has lost its message."""
    lost = Run.objects.filter(status=Run.Status.QUEUED, sent_at__lt=timezone.now() - LOST_AFTER)
    if lost.exists() and queue_length("inference") == 0:
        for run in lost.order_by("created_at")[:100]:
            queue.resend(run)
