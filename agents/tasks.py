"""Celery's doors to runs."""

from quarry.celery import app


@app.task(name="agents.execute")
def execute(run_id: str) -> None:
    """Carries the next run out, this one or one that goes before it; on queue `inference`."""
    from agents import execution

    execution.execute_next()


@app.task(name="agents.recover", acks_late=False, expires=10)
def recover() -> None:
    """Takes up what a dead worker left; beat sends it every few seconds."""
    from agents import recovery

    recovery.recover()
