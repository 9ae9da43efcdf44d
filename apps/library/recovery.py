"""Finds jobs that nobody works on although somebody should: their worker died, or their message was lost."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from quarry import leases

from apps.audit import record
from apps.library.actions import enqueue
from apps.library.models import Job
from apps.library.work import FAILED

FORGOTTEN = timedelta(seconds=30)


def recover() -> int:
    """Sends them again; a download goes on where it was. After three attempts a job is given up."""
    stuck = leases.expired(Job.objects.filter(status=Job.Status.RUNNING))
    for job in stuck.filter(attempts__gte=leases.MAX_ATTEMPTS):
        _give_up(job)
    back = {"status": Job.Status.QUEUED, "lease_owner": "", "lease_until": None, "updated_at": timezone.now()}
    found = [job for job in stuck.filter(attempts__lt=leases.MAX_ATTEMPTS) if _still(job).update(**back)]
    before = timezone.now() - FORGOTTEN
    found += Job.objects.filter(status=Job.Status.QUEUED, updated_at__lt=before)
    for job in found:
        enqueue(job)
    return len(found)


@transaction.atomic
def _give_up(job: Job) -> None:
    sentence = f"The worker that did this died {job.attempts} times; it was given up."
    changes = {"status": Job.Status.FAILED, "error": sentence, "lease_owner": "", "lease_until": None}
    if _still(job).update(**changes, ended_at=timezone.now(), updated_at=timezone.now()):
        record(None, FAILED[job.kind], job, {"model": job.model, "error": sentence})


def _still(job: Job) -> QuerySet[Job]:
    return leases.expired(Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING))
