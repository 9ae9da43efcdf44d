"""What workers run."""

import uuid

from celery import shared_task

from apps.library import recovery, work


@shared_task(name="library.work")
def start(job_id: str) -> None:
    """Begins a job."""
    work.in_background(uuid.UUID(job_id))


@shared_task(name="library.recover")
def recover() -> int:
    """Takes care of jobs that were left lying."""
    return recovery.recover()
