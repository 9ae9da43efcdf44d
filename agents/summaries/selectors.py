"""Reading summaries, as far as the person may."""

from typing import Any

from django.db.models import QuerySet

from agents import selectors as runs
from agents import withholding
from agents.summaries import chosen
from agents.summaries.models import Summary
from apps.accounts.models import User


def summaries(person: User) -> QuerySet[Summary]:
    """The person's own."""
    return Summary.objects.filter(run__person=person).select_related("run").defer("text")


def facts(person: User, summary: Summary) -> dict[str, Any]:
    """A summary as its person may see it today."""
    run, shown = summary.run, runs.visible_citations(person, summary.run.citations)
    return {
        "id": summary.pk,
        "run": {"id": run.pk, "status": run.status},
        "title": summary.title if chosen.may_be_named(person, summary.source) else "",
        "kind": summary.kind,
        "style": summary.style,
        "length": summary.length,
        "language": summary.language,
        "method": summary.method,
        "source": summary.source,
        "answer": withholding.answer(run.kind, run.answer, shown),
        "citations": shown,
        "facts": summary.facts,
        "model": run.model or None,
        "error": runs.error_of(run),
        "created_at": summary.created_at,
        "ended_at": run.ended_at,
    }
