"""The loop's view of the knowledge that its person may read."""

import uuid
from collections.abc import Collection, Sequence

from apps.accounts.models import User
from apps.knowledge.models import Document, DocumentText
from apps.knowledge.policies import readable_collections
from apps.knowledge.search import Hit, search

from .passages import Found


def passages(person: User, query: str, collections: Sequence[str] | None, k: int) -> list[Found]:
    """The passages that search finds for the person, best first."""
    scope = None if collections is None else [uuid.UUID(each) for each in collections]
    hits = list(search(person, query, scope, k))
    texts = dict(
        DocumentText.objects.filter(document__in={hit.document_id for hit in hits}).values_list("document_id", "text")
    )
    return [_found(hit, texts.get(hit.document_id, "")) for hit in hits]


def collections(person: User, collections: Sequence[str] | None) -> int:
    """How many collections such a search looks into."""
    found = readable_collections(person)
    return (found if collections is None else found.filter(pk__in=collections)).count()


def readable(person: User, documents: Collection[str]) -> set[str]:
    """Which of these documents exist and may be read by the person now."""
    if not documents:
        return set()
    allowed = Document.objects.filter(pk__in=documents, collection__in=readable_collections(person))
    return {str(pk) for pk in allowed.values_list("pk", flat=True)}


def _found(hit: Hit, text: str) -> Found:
    """The hit with the document's own words: a passage's text can carry a heading that stands elsewhere, and what is
    quoted must stand where the citation says."""
    start, end = hit.location.get("start"), hit.location.get("end")
    verbatim = text[start:end] if text and start is not None and end is not None else ""
    return Found(
        passage_id=str(hit.passage_id),
        document_id=str(hit.document_id),
        title=hit.title,
        text=verbatim if verbatim.strip() else hit.text,
        score=hit.score,
        location=dict(hit.location),
        similarity=hit.similarity,
        bm25=hit.bm25,
        exact=hit.exact,
    )
