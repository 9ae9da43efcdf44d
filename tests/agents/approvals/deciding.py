"""What tests of approvals decide on, and how."""

from typing import Any

from agents.approvals import actions
from agents.approvals.models import Approval
from agents.models import Run
from apps.accounts.models import User

MONDAY, FRIDAY = {"day": "monday"}, {"day": "friday"}


def asked(run: Run) -> Approval:
    return run.approvals.latest("created_at")


def decide(person: User, run: Run, decision: str = "approve", **more: Any) -> Approval:
    return actions.decide(person, run.pk, asked(run).step_id, decision, **more)
