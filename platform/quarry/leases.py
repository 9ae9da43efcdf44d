"""Work that survives its worker: a row in work carries a lease that its process renews, and others may take over
once it ran out. Used by runs and documents."""

import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from django.db import close_old_connections, models
from django.db.models import F, Q, QuerySet
from django.utils import timezone

LEASE = timedelta(seconds=15)
RENEW_SECONDS = 4.0
MAX_ATTEMPTS = 3
_OWNER = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


class Leased(models.Model):
    """Fields of a row that one worker at a time works on."""

    lease_owner = models.CharField(max_length=120, blank=True, default="", editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=Leased)


def owner() -> str:
    """This process's name on leases: host, process id, and a random part so that a reused id is not mistaken."""
    return _OWNER


def claim(queryset: QuerySet[Row], **changes: Any) -> int:
    """Takes the rows of `queryset` (filtered by the status they must have) for this process, all changes in one
    UPDATE. Of two workers that try at once one gets 1, the other 0."""
    return queryset.update(
        lease_owner=owner(), lease_until=timezone.now() + LEASE, attempts=F("attempts") + 1, **changes
    )


def held(queryset: QuerySet[Row], row: Row) -> QuerySet[Row]:
    """The row while the claim under which `row` was read holds. The attempt counts as well: a thread of this same
    process may have claimed it anew after an outage, and two must not both write."""
    return queryset.filter(pk=row.pk, lease_owner=owner(), attempts=row.attempts)


def release(queryset: QuerySet[Row], **changes: Any) -> int:
    """Gives rows back, if this process still holds them; 0 tells that another worker took them over."""
    return queryset.filter(lease_owner=owner()).update(lease_owner="", lease_until=None, **changes)


def set_aside(queryset: QuerySet[Row], **changes: Any) -> int:
    """Gives rows back as `release` does, for later: they were begun and not failed, so it was no attempt."""
    return release(queryset, attempts=F("attempts") - 1, **changes)


def expired(queryset: QuerySet[Row]) -> QuerySet[Row]:
    """Rows whose worker is gone: the lease ran out, or was never taken."""
    return queryset.filter(Q(lease_until__lt=timezone.now()) | Q(lease_until=None))


@contextmanager
def holding(row: Row) -> Iterator[threading.Event]:
    """Renews the row's lease until the block ends. The event is set when another worker has taken the row over:
    the block should then stop without writing."""
    lost, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=_renew, args=(row, lost, stop), name="lease", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        stop.set()
        thread.join(timeout=5)


def _renew(row: Row, lost: threading.Event, stop: threading.Event) -> None:
    rows = held(type(row)._default_manager.all(), row)
    while not stop.wait(RENEW_SECONDS):
        try:
            close_old_connections()
            if not rows.update(lease_until=timezone.now() + LEASE):
                lost.set()
                return
        except Exception:  # noqa: S112  the database is restarting; the next turn tries again
            continue
        finally:
            close_old_connections()
