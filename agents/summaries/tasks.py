"""Celery's door to what summaries keep."""

from quarry.celery import app


@app.task(name="summaries.forget", acks_late=False)
def forget() -> None:
    """Forgets parts that were not of use for long; beat sends it every few hours."""
    from agents.summaries import cache

    cache.forget()
