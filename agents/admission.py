"""Who may join the queue: it is bounded, and nobody may fill it alone."""

import math
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F
from quarry.api import Problem

from agents.models import Run
from apps.accounts.models import User

OWN_SHARE = 4  # one person may have this part of the places: a quarter
LOOKED_AT = 20  # ended runs, to know how long one takes
UNKNOWN_SECONDS, MOST_SECONDS = 5.0, 120.0
LOCK = 7_311_072  # of the queue's door, among PostgreSQL's advisory locks


def admit(person: User) -> None:
    """Refuses one run too many, saying when to come again. Those who come at once pass one after the other until
    their transactions end, so that the bound holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    queued = Run.objects.filter(status=Run.Status.QUEUED)
    most = settings.QUARRY_MAX_WAITING
    if queued.count() >= most:
        detail = "Too many questions are waiting for an answer. Try again in a moment."
    elif queued.filter(person=person).count() >= max(1, most // OWN_SHARE):
        detail = "Too many of your own questions are waiting for an answer. Try again in a moment."
    else:
        return
    raise Problem(429, detail, code="queue-full", retry_after=seconds_to_a_place())


def seconds_to_a_place() -> int:
    """About how long it takes until one who works is done, and so one who waits is taken."""
    ended = Run.objects.exclude(started_at=None).exclude(ended_at=None).order_by("-ended_at")
    taken = list(ended.annotate(time=F("ended_at") - F("started_at")).values_list("time", flat=True)[:LOOKED_AT])
    mean = sum(taken, timedelta()).total_seconds() / len(taken) if taken else UNKNOWN_SECONDS
    at_once = max(1, Run.objects.filter(status=Run.Status.RUNNING).count())
    return math.ceil(min(max(mean / at_once, 1.0), MOST_SECONDS))
