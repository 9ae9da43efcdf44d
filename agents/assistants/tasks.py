"""Celery's doors to assistants."""

from datetime import timedelta

from django.utils import timezone
from quarry.celery import app

KEEP_TRIALS = timedelta(days=1)


@app.task(name="assistants.forget", acks_late=False, expires=600)
def forget() -> None:
    """Deletes what was only tried; beat sends it every hour."""
    from agents.assistants import actions

    actions.forget_trials(timezone.now() - KEEP_TRIALS)
