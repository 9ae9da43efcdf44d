"""Reading approvals."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from quarry.api.sentences import said

from agents.approvals import policies
from agents.approvals.models import Approval, Decision, Grant
from agents.models import Run
from apps.accounts.models import User

REASONS = {
    Approval.Why.POLICY: "A person is always asked before this is done.",
    Approval.Why.RULE: "A person is asked because of what is to be done here.",
    Approval.Why.ADDRESS: "It goes to an address that you did not give; it may come from a text that was read.",
    Approval.Why.INTERRUPTED: "The worker stopped while it did this. It may have happened already: look first.",
}


def reason(why: str) -> str:
    """Why a person is asked, for the reader."""
    sentence = REASONS[Approval.Why(why)]
    return said(sentence)


def visible(person: User) -> QuerySet[Approval]:
    """Those that the person may decide, or could have."""
    theirs = Q(run__person=person)
    if policies.may_second(person):
        theirs |= Q(needed__gt=1)
    return Approval.objects.filter(theirs).select_related("run__person", "step").prefetch_related("decisions__person")


def waiting_for(person: User) -> QuerySet[Approval]:
    """Those that wait for this person's decision now."""
    decided = Decision.objects.filter(person=person).values("approval")
    open_ = visible(person).filter(status=Approval.Status.PENDING, expires_at__gt=timezone.now())
    return open_.exclude(run__status__in=Run.ENDED).exclude(pk__in=decided)


def granted(run: Run, operation: str) -> bool:
    """Whether the run's person has allowed the function for its conversation."""
    thread = run.input.get("thread")
    return bool(thread) and Grant.objects.filter(thread=thread, person=run.person, operation=operation).exists()


def facts(person: User, approval: Approval) -> dict[str, Any]:
    """An approval as the API shows it to those who may decide it."""
    return {
        "id": str(approval.pk),
        "run": str(approval.run_id),
        "step": str(approval.step_id),
        "function": approval.function,
        "tool": approval.tool,
        "title": approval.title,
        "effect": approval.effect,
        "writes": approval.writes,
        "why": approval.why,
        "reason": reason(approval.why),
        "details": approval.details,
        "arguments": approval.arguments,
        "needed": approval.needed,
        "status": approval.status,
        "decisions": [_decision(each) for each in approval.decisions.all()],
        "asked_by": {"id": str(approval.run.person_id), "name": str(approval.run.person)},
        "scopes": _scopes(person, approval),
        "created_at": approval.created_at,
        "expires_at": approval.expires_at,
    }


def _decision(decision: Decision) -> Mapping[str, Any]:
    person = {"id": str(decision.person_id), "name": str(decision.person)}
    named = {"decision": decision.verdict, "note": decision.note, "scope": decision.scope, "via": decision.via}
    return named | {"person": person, "created_at": decision.created_at}


def _scopes(person: User, approval: Approval) -> list[str]:
    own = policies.asked(person, approval) and policies.may_grant(approval.run, approval)
    return [Decision.Scope.ONCE, Decision.Scope.CONVERSATION] if own else [Decision.Scope.ONCE]
