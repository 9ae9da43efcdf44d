"""Celery's doors to the API's runs."""

from quarry.celery import app


@app.task(name="gateway.forget", acks_late=False, expires=600)
def forget() -> None:
    """Deletes old requests with their answers; beat sends it every hour."""
    from apps.gateway import actions

    actions.forget()
