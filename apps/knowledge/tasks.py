"""Upkeep that beat asks for."""

from celery import shared_task

from apps.knowledge import blobs, statistics
from apps.knowledge.models import Document


@shared_task(name="knowledge.add_up_terms")
def add_up_terms() -> None:
    statistics.add_up()


@shared_task(name="knowledge.sweep_blobs")
def sweep_blobs() -> int:
    return blobs.sweep(lambda sha256: Document.objects.filter(sha256=sha256).exists())
