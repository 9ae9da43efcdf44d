"""Begins and ends evaluations, and takes in those of other installations. Only the command line begins one: it needs
the model in its own process."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from quarry import leases
from quarry.api import Problem
from quarry.api.problem import not_found

from apps.accounts.models import User
from apps.accounts.policies import require_administrator
from apps.audit import record
from apps.evaluation.models import Case, Evaluation


@transaction.atomic
def begin(actor: User, facts: Mapping[str, Any], drawn: Sequence[tuple[str, str]]) -> Evaluation:
    """A new evaluation with all its cases, none of them tried. `facts` are the fields of the evaluation."""
    require_administrator(actor)
    if not drawn:
        raise _nothing()
    evaluation = Evaluation.objects.create(started_by=actor, **facts)
    Case.objects.bulk_create(
        Case(evaluation=evaluation, position=at, category=category, key=key)
        for at, (category, key) in enumerate(drawn, start=1)
    )
    record(actor, "evaluation.begin", evaluation, _told(evaluation) | {"cases": len(drawn)})
    return evaluation


@transaction.atomic
def take_up(actor: User, evaluation_id: str) -> Evaluation:
    """The evaluation, for this process alone, to go on with the cases that were not tried."""
    require_administrator(actor)
    found = Evaluation.objects.filter(pk=evaluation_id)
    if not found.exists():
        raise not_found()
    if not leases.claim(leases.expired(found), status=Evaluation.Status.RUNNING, error="", ended_at=None):
        raise Problem(409, "Another process is at work on this evaluation.")
    return found.get()


@transaction.atomic
def end(actor: User, evaluation: Evaluation, status: str, error: str = "") -> None:
    """Says how it ended, if it is still ours."""
    rows = leases.held(Evaluation.objects.all(), evaluation)
    if not leases.release(rows, status=status, error=error, ended_at=timezone.now()):
        return
    cases = evaluation.cases.all()
    done = {"tried": cases.exclude(right=None).count(), "right": cases.filter(right=True).count()}
    record(actor, "evaluation.end", evaluation, {"status": status} | done)


@transaction.atomic
def take_in(actor: User, evaluation: Evaluation, cases: Sequence[Case]) -> Evaluation:
    """Stores what was measured elsewhere, as it is there; one that was at work stands still here."""
    require_administrator(actor)
    if Evaluation.objects.filter(pk=evaluation.pk).exists():
        raise Problem(409, "This evaluation is here already.")
    if not cases:
        raise _nothing()
    made_at = evaluation.created_at
    if evaluation.status == Evaluation.Status.RUNNING:
        evaluation.status = Evaluation.Status.STOPPED
    evaluation.save(force_insert=True)  # which says now for when it was made
    Evaluation.objects.filter(pk=evaluation.pk).update(created_at=made_at)
    for case in cases:
        case.evaluation = evaluation
    Case.objects.bulk_create(cases)
    record(actor, "evaluation.import", evaluation, _told(evaluation) | {"cases": len(cases)})
    return evaluation


def _nothing() -> Problem:
    return Problem(400, "There is nothing to evaluate.")


def _told(evaluation: Evaluation) -> dict[str, Any]:
    return {"benchmark": evaluation.benchmark, "model": evaluation.model, "harness": evaluation.harness}
