"""What workers run."""

from celery import shared_task


@shared_task(name="approvals.expire", acks_late=False)
def expire() -> int:
    """Ends what nobody decided in time; beat sends it every minute."""
    from agents.approvals import actions

    return actions.expire()


@shared_task(name="approvals.notify")
def notify(approval_id: str) -> int:
    """Writes to those who may decide, if it still waits for them."""
    from agents.approvals import mail

    return mail.notify(approval_id)
