"""The queue of runs: who is next, sending runs to the workers, and telling those who wait where they stand.

A message in Celery's queue is a ticket: whichever worker takes it carries out the run that is next, which need not be
the one that the message names. So one person's twenty runs let another person's one go before most of them.
"""

import logging
from collections.abc import Iterator
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone
from quarry import events, leases

from agents.models import Run

logger = logging.getLogger(__name__)
TOLD = 50  # of a longer queue only its head is told of every move


def waiting() -> QuerySet[Run, UUID]:
    """The ids of the runs that wait, in the order in which they are taken: everybody's first, then everybody's second,
    and so on, those under way counting as well. In each round those go first who were served longest ago. Of one
    person's the parked ones come last."""
    theirs = Run.objects.filter(person=OuterRef("person"))
    under_way = theirs.filter(status=Run.Status.RUNNING).order_by().values("person").annotate(count=Count("pk"))
    served = theirs.exclude(started_at=None).order_by("-created_at").values("started_at")[:1]
    fresh_first = [F("started_at").asc(nulls_first=True), F("created_at").asc()]
    place = Window(RowNumber(), partition_by=F("person"), order_by=fresh_first)
    rounds = Run.objects.filter(status=Run.Status.QUEUED).annotate(
        place=place, under_way=Coalesce(Subquery(under_way.values("count")), 0), served=Subquery(served)
    )
    ordered = rounds.annotate(round=F("place") + F("under_way"))
    return ordered.order_by("round", F("served").asc(nulls_first=True), "created_at", "pk").values_list("pk", flat=True)


def take() -> UUID | None:
    """Takes the next run for this worker; None where none waits any more."""
    return next(filter(claim, waiting()), None)


def claim(run_id: UUID | str) -> bool:
    """Takes this run, if it still waits. Of workers that try at once one gets it."""
    found = Run.objects.filter(pk=run_id, status=Run.Status.QUEUED)
    return bool(leases.claim(found, status=Run.Status.RUNNING, started_at=timezone.now()))


def position(run: Run) -> int:
    """The run's place among those that wait: 1 is next."""
    return next((place for place, run_id in _places() if run_id == run.pk), 1)


def send(run: Run, delay: float = 0.0) -> None:
    """Puts the run's message into the queue and says where it stands. A message that cannot be sent now is sent by
    the recovery task later."""
    from agents.tasks import execute

    try:
        events.publish(run.pk, "queued", {"position": position(run)}, patience=2.0)
        policy = {"max_retries": 1, "interval_start": 0.2}
        execute.apply_async((str(run.pk),), retry_policy=policy, countdown=delay)
    except Exception as error:
        logger.warning("Run %s waits for the queue to come back: %s", run.pk, error)


def put_back(run: Run, delay: float) -> bool:
    """Gives a run back that this worker took and could not begin; False where it is not this worker's any more."""
    return _give_back(run, delay, started_at=None)


def park(run: Run, delay: float = 0.0) -> bool:
    """Lets others go before a run that this worker has begun. When it was last worked on is kept: its person was served
    then, and their newer questions come before it."""
    return _give_back(run, delay)


def is_wanted() -> bool:
    """Whether anybody waits for a worker."""
    return Run.objects.filter(status=Run.Status.QUEUED).exists()


def announce_positions() -> None:
    """Tells the runs that wait that the queue has moved."""
    for place, run_id in _places():
        if place > TOLD:
            return
        events.publish(run_id, "queued", {"position": place}, patience=2.0)


def resend(run: Run) -> None:
    """Sends a run whose message seems to be lost; a second message for a run that was taken does nothing."""
    Run.objects.filter(pk=run.pk).update(sent_at=timezone.now())
    send(run)


def _give_back(run: Run, delay: float, **changes: None) -> bool:
    mine = leases.held(Run.objects.filter(status=Run.Status.RUNNING), run)
    if not leases.set_aside(mine, status=Run.Status.QUEUED, sent_at=timezone.now(), **changes):
        return False
    send(run, delay)
    return True


def _places() -> Iterator[tuple[int, UUID]]:
    return enumerate(waiting(), start=1)
