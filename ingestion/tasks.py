"""What workers run."""

import uuid

from celery import shared_task

from ingestion import pipeline, recovery


@shared_task(name="ingestion.ingest_document")
def ingest_document(document_id: str) -> bool:
    """Reads one queued document."""
    return pipeline.ingest(uuid.UUID(document_id))


@shared_task(name="ingestion.recover")
def recover() -> int:
    """Takes care of documents that were left lying."""
    return recovery.recover()
