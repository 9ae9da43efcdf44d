"""The documents that somebody has chosen, for work that reads them: readable now, and read already."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from quarry.api import Problem

from agents.loop import find
from apps.accounts.models import User
from apps.knowledge import selectors as knowledge
from apps.knowledge.models import Collection, Document
from apps.knowledge.policies import readable_collections

MOST_DOCUMENTS = 200
NONE_SUCH = "There is no such document, or you may not read it."


def documents(person: User, ids: Sequence[UUID]) -> list[Document]:
    """These documents, each once, in this order; a Problem where one may not be read or is not ready."""
    found = {row.pk: row for row in knowledge.documents(person).filter(pk__in=ids)}
    if len(found) < len(set(ids)):
        raise Problem(400, NONE_SUCH, errors={"document": [NONE_SUCH]})
    rows = [found[id] for id in dict.fromkeys(ids)]
    if any(row.status != Document.Status.READY for row in rows):
        raise Problem(409, "This document is not ready: it is still being read, or could not be.", code="not-ready")
    return rows


def collection(person: User, id: UUID) -> tuple[Collection, list[Document]]:
    """A collection with those of its documents that are ready."""
    found = knowledge.collections(person).filter(pk=id).first()
    if found is None:
        text = "There is no such collection, or you may not read it."
        raise Problem(400, text, errors={"collection": [text]})
    ready = knowledge.documents(person).filter(collection=found, status=Document.Status.READY)
    if not 0 < (count := ready.count()) <= MOST_DOCUMENTS:
        text = f"The collection must have 1 to {MOST_DOCUMENTS} documents that are ready; it has {count}."
        raise Problem(400, text, errors={"collection": [text]})
    return found, list(ready.order_by("title", "pk"))


def title(rows: Sequence[Document]) -> str:
    """What to call several documents."""
    return rows[0].title if len(rows) == 1 else f"{rows[0].title} (+{len(rows) - 1})"


def may_be_named(person: User, source: Mapping[str, Any]) -> bool:
    """Whether the person may know today what was chosen: a title tells of a document or a collection."""
    if "collection" in source:
        return readable_collections(person).filter(pk=source["collection"]).exists()
    one = source.get("document") or source.get("selection", {}).get("document")
    documents = {*source.get("documents", ()), *([one] if one else [])}
    return find.readable(person, documents) == documents
