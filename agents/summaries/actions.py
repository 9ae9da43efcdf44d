"""Asking for a summary: permission, the row, its run and the audit event in one transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from quarry.api import Problem
from quarry.text import first_words

import agents.actions
from agents.models import Run
from agents.summaries import sources
from agents.summaries.models import Summary
from apps.accounts.models import User
from apps.audit import record
from apps.knowledge import selectors as knowledge
from apps.knowledge.models import Document

SOURCES = ("document", "documents", "selection", "collection", "conversation", "text")
MOST_DOCUMENTS = 200
NONE_SUCH = "There is no such document, or you may not read it."


@transaction.atomic
def start(person: User, asked: Mapping[str, Any]) -> Summary:
    """A summary in the queue. `asked` names one of `SOURCES`, and may name kind, style, length, language and method;
    API, schedules and agents call this alike."""
    source, title, text = _source(person, asked)
    how = {name: asked[name] for name in ("kind", "style", "length", "language", "method") if asked.get(name)}
    if how.get("kind") == Summary.Kind.MEETING:
        how = {"style": Summary.Style.MINUTES} | how
    run = agents.actions.start(person, Run.Kind.SUMMARY, {})
    summary = Summary.objects.create(run=run, title=title[:300], source=source, text=text, **how)
    facts = {"run": str(run.pk), "source": source, "style": summary.style, "length": summary.length}
    record(person, "summary.create", summary, facts | {"language": summary.language})
    return summary


def _source(person: User, asked: Mapping[str, Any]) -> tuple[dict[str, Any], str, str]:
    """What is to be summarised as it is stored, what to call it, and the text where it came with the request."""
    named = [name for name in SOURCES if asked.get(name)]
    if len(named) != 1:
        text = (
            "Name one thing to summarise: a document, documents, a selection, a collection, a conversation or a text."
        )
        raise Problem(400, text, code="validation")
    match named[0]:
        case "text":
            return {"text": True}, first_words(asked["text"]), asked["text"]
        case "conversation":
            return _conversation(person, asked["conversation"])
        case "collection":
            return _collection(person, asked["collection"])
        case "selection":
            return _selection(person, asked["selection"])
    return _documents(person, asked.get("documents") or [asked["document"]])


def _documents(person: User, ids: list[UUID]) -> tuple[dict[str, Any], str, str]:
    found = {row.pk: row for row in knowledge.documents(person).filter(pk__in=ids)}
    if len(found) < len(set(ids)):
        raise Problem(400, NONE_SUCH, errors={"document": [NONE_SUCH]})
    rows = [found[id] for id in dict.fromkeys(ids)]
    _refuse_unread(rows)
    return {"documents": [str(row.pk) for row in rows]}, _titles(rows), ""


def _selection(person: User, chosen: Mapping[str, Any]) -> tuple[dict[str, Any], str, str]:
    _, title, _ = _documents(person, [chosen["document"]])
    length = len(knowledge.text(person, chosen["document"]).text)
    if not 0 <= chosen["start"] < chosen["end"] <= length:
        text = f"The selection must lie within the document's {length} characters."
        raise Problem(400, text, errors={"selection": [text]})
    return {"selection": {**chosen, "document": str(chosen["document"])}}, title, ""


def _collection(person: User, id: UUID) -> tuple[dict[str, Any], str, str]:
    found = knowledge.collections(person).filter(pk=id).first()
    if found is None:
        text = "There is no such collection, or you may not read it."
        raise Problem(400, text, errors={"collection": [text]})
    count = knowledge.documents(person).filter(collection=found, status=Document.Status.READY).count()
    if not 0 < count <= MOST_DOCUMENTS:
        text = f"A collection with 1 to {MOST_DOCUMENTS} documents can be summarised; this one has {count}."
        raise Problem(400, text, errors={"collection": [text]})
    return {"collection": str(found.pk)}, found.name, ""


def _conversation(person: User, id: UUID) -> tuple[dict[str, Any], str, str]:
    found = sources.own(person, "conversation", id)
    if found is None or not found[1].strip():
        text = "There is no such conversation, or nothing was said in it yet."
        raise Problem(400, text, errors={"conversation": [text]})
    return {"conversation": str(id)}, found[0], ""


def _refuse_unread(rows: list[Document]) -> None:
    waiting = next((row for row in rows if row.status != Document.Status.READY), None)
    if waiting is not None:
        raise Problem(409, "This document is not ready: it is still being read, or could not be.", code="not-ready")


def _titles(rows: list[Document]) -> str:
    return rows[0].title if len(rows) == 1 else f"{rows[0].title} (+{len(rows) - 1})"
