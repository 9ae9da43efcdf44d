"""Finds documents that nobody works on although somebody should: their worker died, or their message was lost."""

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from quarry import leases
from quarry.celery import app

from apps.audit import record
from apps.knowledge.actions import enqueue
from apps.knowledge.models import Document

logger = logging.getLogger(__name__)
QUEUE = "ingestion"
_FORGOTTEN = timedelta(seconds=30)
_AT_ONCE = 200
Status = Document.Status
IN_WORK = (Status.PARSING, Status.EMBEDDING)


def recover() -> int:
    """Queues documents of dead workers again, up to three attempts, and those whose message is gone."""
    stuck = leases.expired(Document.objects.filter(status__in=IN_WORK))
    for document in stuck.filter(attempts__gte=leases.MAX_ATTEMPTS):
        _give_up(document)
    found = 0
    for document in stuck.filter(attempts__lt=leases.MAX_ATTEMPTS):
        found += _queue_again(document)
    return found + _find_forgotten()


@transaction.atomic
def _give_up(document: Document) -> None:
    sentence = (
        f"The worker that read this file died {document.attempts} times; it was given up. The file may be too large "
        "for this machine, or damaged."
    )
    changes = {"status": Status.FAILED, "stage": "", "error": sentence, "lease_owner": "", "lease_until": None}
    if _still_stuck(document).update(**changes, updated_at=timezone.now()):
        record(None, "document.fail", document, {"error": sentence})


def _queue_again(document: Document) -> int:
    stage = f"The worker died; attempt {document.attempts + 1} of {leases.MAX_ATTEMPTS}"
    changes = {"status": Status.QUEUED, "stage": stage, "progress": 0.0, "lease_owner": "", "lease_until": None}
    if not _still_stuck(document).update(**changes, updated_at=timezone.now()):
        return 0
    logger.warning("The worker of document %s died; queued again", document.pk)
    enqueue(document.pk)
    return 1


def _still_stuck(document: Document) -> QuerySet[Document]:
    return leases.expired(Document.objects.filter(pk=document.pk, status__in=IN_WORK))


def _find_forgotten() -> int:
    """Queued for a while although the queue is empty: the message is lost. Sending one too many does no harm."""
    before = timezone.now() - _FORGOTTEN
    waiting = Document.objects.filter(status=Status.QUEUED, updated_at__lt=before)
    keys = list(waiting.order_by("created_at").values_list("pk", flat=True)[:_AT_ONCE])
    if not keys or messages_waiting():
        return 0
    Document.objects.filter(pk__in=keys, status=Status.QUEUED).update(updated_at=timezone.now())
    for key in keys:
        enqueue(key)
    return len(keys)


def messages_waiting() -> int:
    """How many messages lie in the ingestion queue."""
    with app.connection_for_read() as connection:
        channel: Any = connection.default_channel
        return int(channel.queue_declare(QUEUE).message_count)
