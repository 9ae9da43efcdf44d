"""The queue of runs: sending them to the workers, and telling those who wait where they stand."""

import logging

from django.utils import timezone
from quarry import events

from agents.models import Run

logger = logging.getLogger(__name__)
TOLD = 50  # of a longer queue only its head is told of every move


def position(run: Run) -> int:
    """The run's place among those that wait: 1 is next."""
    return Run.objects.filter(status=Run.Status.QUEUED, created_at__lt=run.created_at).count() + 1


def send(run: Run) -> None:
    """Puts the run's message into the queue and says where it stands. A message that cannot be sent now is sent by
    the recovery task later."""
    from agents.tasks import execute

    try:
        events.publish(run.pk, "queued", {"position": position(run)}, patience=2.0)
        execute.apply_async((str(run.pk),), retry_policy={"max_retries": 1, "interval_start": 0.2})
    except Exception as error:
        logger.warning("Run %s waits for the queue to come back: %s", run.pk, error)


def announce_positions() -> None:
    """Tells the runs that wait that the queue has moved."""
    waiting = Run.objects.filter(status=Run.Status.QUEUED).order_by("created_at").values_list("pk", flat=True)
    for place, run_id in enumerate(waiting[:TOLD], start=1):
        events.publish(run_id, "queued", {"position": place}, patience=2.0)


def resend(run: Run) -> None:
    """Sends a run whose message seems to be lost; a second message for a run that was taken does nothing."""
    Run.objects.filter(pk=run.pk).update(sent_at=timezone.now())
    send(run)
