"""What people do with extractions: each is one transaction with its audit event."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from quarry.api import Problem
from quarry.api.problem import not_found

import agents.actions
from agents.extraction import checking, findings, schemas, selectors, templates
from agents.extraction.models import Extraction, Row
from agents.extraction.places import Place, Searched
from agents.models import Run
from agents.summaries import chosen
from apps.accounts.models import User
from apps.audit import record
from apps.knowledge.models import Document, DocumentText

SOURCES = ("document", "documents", "collection")


@transaction.atomic
def start(person: User, asked: Mapping[str, Any]) -> Extraction:
    """An extraction in the queue, with a row for each document. `asked` names one of `SOURCES`, and a schema or a
    template."""
    schema, template = _schema(asked)
    source, title, documents = _source(person, asked)
    run = agents.actions.start(person, Run.Kind.EXTRACTION, {})
    named = {"title": title[:300], "template": template, "schema_text": json.dumps(schema, ensure_ascii=False)}
    extraction = Extraction.objects.create(run=run, source=source, **named)
    Row.objects.bulk_create(
        Row(extraction=extraction, document=document, ordinal=place) for place, document in enumerate(documents)
    )
    facts = {"run": str(run.pk), "source": source, "template": template, "fields": list(schema["properties"])}
    record(person, "extraction.create", extraction, facts)
    return extraction


@transaction.atomic
def correct(person: User, row: Row, values: Mapping[str, Any] | None = None, confirmed: bool | None = None) -> Row:
    """Puts in what a person knows better, field by field, or confirms the row. What is changed must fit the schema."""
    row = _locked(person, row)
    if row.status in (Row.Status.WAITING, Row.Status.FAILED):
        raise Problem(409, "This document was not read yet.", code="not-ready")
    changes = _put_in(row, values or {})
    if confirmed is not None or changes:
        row.confirmed_by = person if confirmed else None
        row.confirmed_at = timezone.now() if confirmed else None
    row.save()
    record(
        person, "extraction.correct", row.extraction, {"row": str(row.pk), "changes": changes, "confirmed": confirmed}
    )
    return row


@transaction.atomic
def record_export(person: User, extraction: Extraction, format: str, rows: Sequence[Row]) -> None:
    """The table leaves the house."""
    record(person, "extraction.export", extraction, {"format": format, "rows": len(rows)})


def _schema(asked: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    schema, template = asked.get("schema"), asked.get("template") or ""
    if bool(schema) == bool(template):
        raise schemas.refused("Give a schema, or the name of a template.")
    if schema:
        return schemas.prepare(schema), ""
    known = templates.schema_of(template)
    if known is None:
        text = "There is no such template."
        raise Problem(400, text, errors={"template": [text]})
    return known, template


def _source(person: User, asked: Mapping[str, Any]) -> tuple[dict[str, Any], str, list[Document]]:
    named = [name for name in SOURCES if asked.get(name)]
    if len(named) != 1:
        raise Problem(400, "Name one thing to read: a document, documents or a collection.", code="validation")
    if named == ["collection"]:
        found, rows = chosen.collection(person, asked["collection"])
        return {"collection": str(found.pk)}, found.name, rows
    if named == ["document"]:
        rows = chosen.documents(person, [asked["document"]])
        return {"document": str(rows[0].pk)}, chosen.title(rows), rows
    rows = chosen.documents(person, asked["documents"])
    return {"documents": [str(row.pk) for row in rows]}, chosen.title(rows), rows


def _locked(person: User, row: Row) -> Row:
    found = selectors.readable_rows(person, row.extraction).filter(pk=row.pk).first()
    if found is None or found.extraction.run.person_id != person.pk:
        raise not_found()
    return Row.objects.select_for_update(of=("self",)).select_related("extraction").get(pk=row.pk)


def _put_in(row: Row, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The changes, each as before and after."""
    schema, before = row.extraction.schema, row.values or {}
    if unknown := [name for name in values if name not in schema["properties"]]:
        raise Problem(
            400, "There is no such field.", code="validation", errors={unknown[0]: ["There is no such field."]}
        )
    # What is emptied is not there any more where the schema takes no null, as when the model finds nothing.
    emptied = {name for name, value in values.items() if value is None and not _takes_null(schema, name)}
    after = {name: value for name, value in {**before, **values}.items() if name not in emptied}
    faults = checking.faults(schema, after)
    if wrong := [(path, rule) for path, rule in faults if path and path[0] in values.keys() - emptied]:
        errors = {each["path"]: [each["detail"]] for each in findings.problems(wrong)}
        raise Problem(400, next(iter(errors.values()))[0], code="validation", errors=errors)
    changes = {name: [before.get(name), value] for name, value in values.items() if before.get(name) != value}
    row.values, row.problems = after, findings.problems(faults)
    row.status = Row.Status.INCOMPLETE if row.problems else Row.Status.COMPLETE
    row.fields = [
        *_kept(row.fields, changes, schema),
        *_corrected(row, schema, {name: after[name] for name in changes if name in after}),
    ]
    return changes


def _takes_null(schema: Mapping[str, Any], name: str) -> bool:
    return checking.takes_null(schema["properties"][name])


def _kept(
    fields: Sequence[Mapping[str, Any]], changes: Mapping[str, Any], schema: Mapping[str, Any]
) -> list[dict[str, Any]]:
    return [dict(each) for each in fields if _field_of(each["path"], schema) not in changes]


def _field_of(path: str, schema: Mapping[str, Any]) -> str:
    """The field that a place lies in: the longest name that fits, since names may hold dots."""
    return max((name for name in schema["properties"] if f"{path}.".startswith(f"{name}.")), key=len, default="")


def _corrected(row: Row, schema: Mapping[str, Any], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The person's values, with where they stand in the document, if they do."""
    content = DocumentText.objects.select_related("document").filter(document=row.document_id).first()
    if content is None or not values:
        return []
    searched = Searched(content.text)
    found = []
    for path, part, value in checking.leaves(schema, values):
        place = searched.place(value, part)
        found.append(findings.finding(path, value, Place("corrected", place.start, place.end), content))
    return found
