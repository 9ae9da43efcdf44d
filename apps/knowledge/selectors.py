"""Reads, filtered by what the person may see."""

import uuid
from typing import TypeVar

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce
from quarry import runtime
from quarry.api import Problem
from quarry.api.problem import not_found
from quarry.runtime import RuntimeFault

from apps.accounts.models import User
from apps.knowledge.models import Collection, Document, DocumentText, Passage
from apps.knowledge.policies import readable_collections

Row = TypeVar("Row")


def collections(person: User) -> QuerySet[Collection]:
    """Readable collections, with how many documents and passages they hold."""
    counted = readable_collections(person).annotate(
        documents_count=Count("documents"), passages_count=Coalesce(Sum("documents__passages_count"), 0)
    )
    return counted.prefetch_related("groups").order_by("name", "id")


def collection(person: User, key: uuid.UUID) -> Collection:
    """One readable collection; 404 for any other id."""
    return _one(collections(person).filter(pk=key).first())


def named_collection(person: User, name: str) -> Collection | None:
    """The collection that the person means by a name or an id: their own before others' of the same name."""
    readable = readable_collections(person)
    found = list(readable.filter(name=name).order_by("created_at"))
    own = [each for each in found if each.created_by_id == person.pk]
    if len(own or found) > 1:
        ids = ", ".join(str(each.pk) for each in found)
        raise Problem(409, f"Several collections are called {name!r}; name one of them by its id: {ids}.")
    if found:
        return (own or found)[0]
    try:
        return readable.filter(pk=uuid.UUID(name)).first()
    except ValueError:
        return None


def documents(person: User) -> QuerySet[Document]:
    """Documents in collections that the person may read."""
    readable = readable_collections(person).order_by().values("pk")
    return Document.objects.filter(collection__in=readable).select_related("collection", "space")


def document(person: User, key: uuid.UUID) -> Document:
    """One readable document; 404 for any other id."""
    return _one(documents(person).filter(pk=key).first())


def text(person: User, key: uuid.UUID) -> DocumentText:
    """What was read out of a readable document; empty until it was parsed."""
    found = document(person, key)
    return DocumentText.objects.filter(document=found).first() or DocumentText(document=found, text="")


def passages(person: User, key: uuid.UUID) -> QuerySet[Passage]:
    """The passages of a readable document in their order."""
    found = document(person, key)
    return Passage.objects.filter(document=found).defer("embedding", "lexemes").order_by("ordinal")


def outdated(found: Document) -> bool:
    """Whether the document was embedded by a model that is not in use any more: its meaning cannot be searched until
    it is read again."""
    space = current_space()
    return bool(found.space and space and found.space.name != space)


def current_space() -> str:
    """The embedding space of this installation; empty where there is no embedding model yet."""
    try:
        return runtime.embedding_space()[0]
    except RuntimeFault:
        return ""


def _one(row: Row | None) -> Row:
    if row is None:
        raise not_found()
    return row
