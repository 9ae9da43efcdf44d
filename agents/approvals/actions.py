"""Asking people, and what they decide. Each is one transaction with its audit event; a run's row is locked before its
approvals, so that of two who decide at once the second sees what the first has done."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from quarry import events, leases
from quarry.api import Problem
from quarry.api.problem import not_found
from quarry.events import stream

from agents import queue
from agents.approvals import policies, selectors
from agents.approvals.models import Approval, Decision, Grant
from agents.models import Run, Step
from apps.accounts.models import User
from apps.audit import record

EVENTS = {"approve": "approval.approve", "reject": "approval.reject"}
PATIENCE = 2.0
logger = logging.getLogger(__name__)


@transaction.atomic
def ask(step: Step, asked: Mapping[str, Any]) -> Approval:
    """Puts a call before people. `asked` are the fields of the approval; the step waits from now on."""
    expires = timezone.now() + timedelta(hours=settings.QUARRY_APPROVAL_HOURS)
    approval = Approval.objects.create(run=step.run, step=step, expires_at=expires, **asked)
    record(step.run.person, "approval.request", approval, _facts(approval) | {"arguments": approval.arguments})
    return approval


@transaction.atomic
def decide(
    person: User,
    run_id: UUID,
    step_id: UUID,
    decision: str,
    *,
    note: str = "",
    scope: str = Decision.Scope.ONCE,
    via: str = Decision.Via.API,
) -> Approval:
    """A person's answer. The run goes on once all have agreed who must, or one has refused."""
    run = Run.objects.select_for_update().filter(pk=run_id).first()
    approval = Approval.objects.select_related("run__person").filter(run=run_id, step=step_id).first()
    if run is None or approval is None:
        raise _unknown(person, run, step_id)
    if not policies.may_decide(person, approval):
        raise not_found()
    _refuse(person, run, approval, decision, scope)
    Decision.objects.create(approval=approval, person=person, verdict=decision, note=note, scope=scope, via=via)
    _settle(approval, decision)
    if scope == Decision.Scope.CONVERSATION:
        Grant.objects.get_or_create(thread=run.input["thread"], person=person, operation=approval.operation)
    resume(run)
    record(person, EVENTS[decision], approval, _facts(approval) | {"note": note, "scope": scope, "via": via})
    return approval


def _unknown(person: User, run: Run | None, step_id: UUID) -> Problem:
    """Of one's own run a step that waits for nobody is a conflict; all else is not to be known of."""
    if run is not None and run.person_id == person.pk and run.steps.filter(pk=step_id).exists():
        return _not_waiting()
    return not_found()


def _refuse(person: User, run: Run, approval: Approval, decision: str, scope: str) -> None:
    if run.ended or approval.status != Approval.Status.PENDING:
        raise _not_waiting()
    if approval.expires_at <= timezone.now():
        raise Problem(409, "The time to decide this is over.", code="approval-expired")
    if approval.decisions.filter(person=person).exists():
        raise Problem(409, "You have decided this already.", code="already-decided")
    if scope != Decision.Scope.ONCE and (
        decision != Decision.Verdict.APPROVE
        or not policies.asked(person, approval)
        or not policies.may_grant(run, approval)
    ):
        text = "This can be allowed once only, not for a whole conversation."
        raise Problem(400, text, errors={"scope": [text]})


def _not_waiting() -> Problem:
    return Problem(409, "This run does not wait for an approval.", code="not-awaiting-approval")


def _settle(approval: Approval, decision: str) -> None:
    if decision == Decision.Verdict.REJECT:
        approval.status = Approval.Status.REJECTED
    elif policies.enough(approval):
        approval.status = Approval.Status.APPROVED
    approval.save(update_fields=["status"])


def resume(run: Run) -> None:
    """Puts a run that waited back into the queue, once nothing of it waits any more. The caller has locked its row.
    It goes on with the attempt in which it asked: waiting is no failure."""
    if run.status != Run.Status.AWAITING_APPROVAL or _pending(run):
        return
    again = {"status": Run.Status.QUEUED, "attempts": F("attempts") - 1, "sent_at": timezone.now()}
    Run.objects.filter(pk=run.pk, status=run.status).update(**again)
    transaction.on_commit(lambda: queue.send(run))


@transaction.atomic
def park(run: Run) -> None:
    """Puts a run aside until people have decided; it holds no worker then. If they were quicker it goes on."""
    row = leases.held(Run.objects.filter(status=Run.Status.RUNNING), run).select_for_update().first()
    if row is None:
        return  # another worker took it over
    mine, waiting, now = Run.objects.filter(pk=row.pk), _pending(row), timezone.now()
    if waiting:
        leases.release(mine, status=Run.Status.AWAITING_APPROVAL, sent_at=now)
        transaction.on_commit(lambda: _tell(row, waiting))
    else:
        leases.set_aside(mine, status=Run.Status.QUEUED, sent_at=now)
        transaction.on_commit(lambda: queue.send(row))


def expire() -> int:
    """Ends the waiting for those who did not decide in time; their runs go on without."""
    due = Approval.objects.filter(status=Approval.Status.PENDING, expires_at__lte=timezone.now())
    return sum(_expire(approval.pk, approval.run_id) for approval in due)


@transaction.atomic
def _expire(approval_id: UUID, run_id: UUID) -> bool:
    run = Run.objects.select_for_update().filter(pk=run_id).first()
    approval = Approval.objects.filter(pk=approval_id, status=Approval.Status.PENDING).first()
    if run is None or approval is None:
        return False
    approval.status = Approval.Status.EXPIRED
    approval.save(update_fields=["status"])
    resume(run)
    record(None, "approval.expire", approval, _facts(approval))
    return True


def _pending(run: Run) -> list[Approval]:
    found = Approval.objects.filter(run=run, status=Approval.Status.PENDING, step__status=Step.Status.WAITING)
    return list(found.select_related("run__person").order_by("created_at"))


def _tell(run: Run, waiting: Sequence[Approval]) -> None:
    """Tells those who follow the run, and by mail those who do not."""
    from agents.approvals.tasks import notify

    try:
        for approval in waiting:
            events.publish(run.pk, "approval_required", selectors.facts(run.person, approval), patience=PATIENCE)
            notify.apply_async((str(approval.pk),), countdown=settings.QUARRY_APPROVAL_MAIL_AFTER)
    except stream.LOST as error:
        logger.warning("That run %s waits was not told: %s", run.pk, error)


def _facts(approval: Approval) -> dict[str, Any]:
    named = {"function": approval.function, "tool": approval.tool, "why": approval.why, "needed": approval.needed}
    return named | {"run": str(approval.run_id), "digest": approval.digest, "status": approval.status}
