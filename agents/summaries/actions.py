"""Asking for a summary: permission, the row, its run and the audit event in one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from quarry.api import Problem
from quarry.text import first_words

import agents.actions
from agents.models import Run
from agents.summaries import chosen, sources
from agents.summaries.models import Summary
from apps.accounts.models import User
from apps.audit import record
from apps.knowledge import selectors as knowledge

SOURCES = ("document", "documents", "selection", "collection", "conversation", "text")


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


def _documents(person: User, ids: Sequence[UUID]) -> tuple[dict[str, Any], str, str]:
    rows = chosen.documents(person, ids)
    return {"documents": [str(row.pk) for row in rows]}, chosen.title(rows), ""


def _selection(person: User, selection: Mapping[str, Any]) -> tuple[dict[str, Any], str, str]:
    [row] = chosen.documents(person, [selection["document"]])
    length = len(knowledge.text(person, row.pk).text)
    if not 0 <= selection["start"] < selection["end"] <= length:
        text = f"The selection must lie within the document's {length} characters."
        raise Problem(400, text, errors={"selection": [text]})
    return {"selection": {**selection, "document": str(row.pk)}}, row.title, ""


def _collection(person: User, id: UUID) -> tuple[dict[str, Any], str, str]:
    found, _ = chosen.collection(person, id)
    return {"collection": str(found.pk)}, found.name, ""


def _conversation(person: User, id: UUID) -> tuple[dict[str, Any], str, str]:
    found = sources.own(person, "conversation", id)
    if found is None or not found[1].strip():
        text = "There is no such conversation, or nothing was said in it yet."
        raise Problem(400, text, errors={"conversation": [text]})
    return {"conversation": str(id)}, found[0], ""
