"""Celery's doors to schedules."""

from quarry.celery import app


@app.task(name="schedules.look", acks_late=False, expires=15)
def look() -> None:
    """Starts what is due, and sends results on their way; beat sends it every few seconds."""
    from agents.schedules import deliveries, firing

    firing.look()
    for pk in deliveries.due():
        deliver.apply_async((str(pk),), expires=60)


@app.task(name="schedules.deliver")
def deliver(delivery_id: str) -> None:
    """One try to deliver a result; the next is sent by `look` when it is due."""
    from agents.schedules import deliveries

    deliveries.deliver(delivery_id)
