"""Reading summaries, as far as the person may."""

from typing import Any

from django.db.models import QuerySet

from agents import selectors as runs
from agents import withholding
from agents.loop import find
from agents.summaries.models import Summary
from apps.accounts.models import User
from apps.knowledge.policies import readable_collections


def summaries(person: User) -> QuerySet[Summary]:
    """The person's own."""
    return Summary.objects.filter(run__person=person).select_related("run").defer("text")


def facts(person: User, summary: Summary) -> dict[str, Any]:
    """A summary as its person may see it today."""
    run, shown = summary.run, runs.visible_citations(person, summary.run.citations)
    return {
        "id": summary.pk,
        "run": {"id": run.pk, "status": run.status},
        "title": summary.title if _may_be_named(person, summary.source) else "",
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


def _may_be_named(person: User, source: dict[str, Any]) -> bool:
    """A title tells of a document or a collection that the person may no longer know of."""
    if "collection" in source:
        return readable_collections(person).filter(pk=source["collection"]).exists()
    selected = [source["selection"]["document"]] if "selection" in source else []
    documents = {*source.get("documents", ()), *selected}
    return find.readable(person, documents) == documents
