"""Reading extractions, as far as the person may: a row is seen by who may read its document today."""

from typing import Any

from django.db.models import QuerySet
from quarry.api.sentences import said

from agents import selectors as runs
from agents.extraction.models import Extraction, Row
from agents.summaries import chosen
from apps.accounts.models import User
from apps.knowledge.policies import readable_collections


def extractions(person: User) -> QuerySet[Extraction]:
    """The person's own."""
    return Extraction.objects.filter(run__person=person).select_related("run")


def readable_rows(person: User, extraction: Extraction) -> QuerySet[Row]:
    """The rows whose documents the person may read now."""
    readable = readable_collections(person).order_by().values("pk")
    rows = Row.objects.filter(extraction=extraction, document__collection__in=readable)
    return rows.select_related("document", "extraction__run", "confirmed_by").order_by("ordinal")


def summary_facts(person: User, extraction: Extraction) -> dict[str, Any]:
    """An extraction in a list."""
    run, rows = extraction.run, Row.objects.filter(extraction=extraction)
    return {
        "id": extraction.pk,
        "run": {"id": run.pk, "status": run.status},
        "title": extraction.title if chosen.may_be_named(person, extraction.source) else "",
        "template": extraction.template,
        "schema": extraction.schema,
        "source": extraction.source,
        "documents": rows.count(),
        "done": rows.exclude(status=Row.Status.WAITING).count(),
        "confirmed": rows.exclude(confirmed_at=None).count(),
        "error": runs.error_of(run),
        "created_at": extraction.created_at,
        "ended_at": run.ended_at,
    }


def facts(person: User, extraction: Extraction) -> dict[str, Any]:
    """The table; of rows that may not be read any more only how many there are."""
    rows = [row_facts(row) for row in readable_rows(person, extraction)]
    told = summary_facts(person, extraction)
    return told | {"rows": rows, "withheld": told["documents"] - len(rows)}


def row_facts(row: Row) -> dict[str, Any]:
    """A row as the API shows it."""
    return {
        "id": row.pk,
        "document": row.document_id,
        "title": row.document.title,
        "status": row.status,
        "values": row.values,
        "findings": row.fields,
        "problems": [{**each, "detail": said(each["detail"])} for each in row.problems],
        "confirmed_by": row.confirmed_by.email if row.confirmed_by else None,
        "confirmed_at": row.confirmed_at,
        "updated_at": row.updated_at,
    }
