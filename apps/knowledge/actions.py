"""Every change to collections and documents: permission, change and audit event in one transaction."""

import logging
import uuid
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from quarry.api import Problem
from quarry.api.problem import not_found
from quarry.celery import app

from apps.accounts.models import Group, User
from apps.audit import record
from apps.knowledge import blobs, index, selectors
from apps.knowledge.models import Collection, Document
from apps.knowledge.policies import require_edit
from apps.knowledge.search import Hits, Scope, search

logger = logging.getLogger(__name__)
INGEST = "ingestion.ingest_document"


@transaction.atomic
def create_collection(
    actor: User, name: str, description: str = "", visibility: str = "everyone", groups: Sequence[Group] = ()
) -> Collection:
    """Everybody may make one; it belongs to its maker."""
    _refuse_taken(actor, name)
    collection = Collection.objects.create(name=name, description=description, visibility=visibility, created_by=actor)
    collection.groups.set(groups)
    record(actor, "collection.create", collection, {"visibility": visibility, "groups": _names(groups)})
    return collection


@transaction.atomic
def change_collection(actor: User, collection: Collection, changes: Mapping[str, Any]) -> Collection:
    """Changes name, description, visibility or groups. Search follows from the next query on."""
    require_edit(actor, collection)
    if changes.get("name", collection.name) != collection.name:
        _refuse_taken(collection.created_by, changes["name"])
    plain = {name: value for name, value in changes.items() if name != "groups"}
    facts: dict[str, Any] = {name: [getattr(collection, name), value] for name, value in plain.items()}
    for name, value in plain.items():
        setattr(collection, name, value)
    collection.save()
    if "groups" in changes:
        facts["groups"] = [_names(collection.groups.all()), _names(changes["groups"])]
        collection.groups.set(changes["groups"])
    record(actor, "collection.change", collection, {name: pair for name, pair in facts.items() if pair[0] != pair[1]})
    return collection


@transaction.atomic
def delete_collection(actor: User, collection: Collection) -> None:
    """Deletes it with all its documents."""
    require_edit(actor, collection)
    Collection.objects.select_for_update().filter(pk=collection.pk).first()  # no upload slips in
    documents = list(Document.objects.select_for_update().filter(collection=collection))
    record(actor, "collection.delete", collection, {"documents": len(documents)})
    collection.delete()
    for sha256 in {document.sha256 for document in documents}:
        transaction.on_commit(partial(drop_unneeded, sha256))


def upload_document(
    actor: User,
    collection: Collection,
    chunks: Iterable[bytes],
    *,
    filename: str,
    title: str = "",
    media_type: str = "",
) -> tuple[Document, bool]:
    """Takes a file in and queues it. The same bytes again are the same document: (it, False); a failed one is tried
    once more then."""
    require_edit(actor, collection)
    draft = blobs.receive(chunks, settings.QUARRY_MAX_UPLOAD)
    try:
        if not draft.size:
            raise Problem(400, "The file is empty.", code="empty_file", errors={"file": ["The file is empty."]})
        facts = {"filename": _filename(filename), "title": _shown(title)[:300], "media_type": media_type[:150]}
        return _take_in(actor, collection, draft, facts)
    finally:
        draft.discard()


@transaction.atomic
def _take_in(actor: User, collection: Collection, draft: blobs.Draft, facts: dict[str, str]) -> tuple[Document, bool]:
    if not Collection.objects.select_for_update(no_key=True).filter(pk=collection.pk).exists():
        raise not_found()
    _lock(draft.sha256)
    same = Document.objects.filter(collection=collection, sha256=draft.sha256).first()
    blobs.keep(draft)  # of a document that is here already too: its file may be what was missing
    if same is not None:
        if same.status == Document.Status.FAILED:
            _bring_again(actor, same, facts)
        return same, False
    facts["title"] = facts["title"] or facts["filename"]
    document = Document.objects.create(
        collection=collection, sha256=draft.sha256, size=draft.size, uploaded_by=actor, **facts
    )
    record(actor, "document.upload", document, _facts(document))
    transaction.on_commit(partial(enqueue, document.pk))
    return document, True


def _bring_again(actor: User, document: Document, facts: dict[str, str]) -> None:
    """A failed file that comes again may have a better name now, and the name tells kinds of text apart."""
    unnamed = document.title == document.filename
    document.filename, document.media_type = facts["filename"], facts["media_type"]
    document.title = facts["title"] or (document.filename if unnamed else document.title)
    document.save(update_fields=["filename", "media_type", "title", "updated_at"])
    retry_document(actor, document)


@transaction.atomic
def rename_document(actor: User, document: Document, title: str) -> Document:
    """A new title; it is found by it at once."""
    require_edit(actor, document.collection)
    Document.objects.select_for_update().filter(pk=document.pk).first()  # no new passages with the old title slip in
    before, document.title = document.title, _shown(title) or document.filename
    document.save(update_fields=["title", "updated_at"])
    index.retitle(document)
    record(actor, "document.change", document, {"title": [before, document.title]})
    return document


@transaction.atomic
def delete_document(actor: User, document: Document) -> None:
    """Takes the document out of everything. From the commit on no search finds it; its bytes go when no other
    document has the same."""
    require_edit(actor, document.collection)
    if not Document.objects.select_for_update().filter(pk=document.pk).exists():
        raise not_found()
    index.remove_passages(document)
    record(actor, "document.delete", document, _facts(document))
    Document.objects.filter(pk=document.pk).delete()
    transaction.on_commit(partial(drop_unneeded, document.sha256))


@transaction.atomic
def retry_document(actor: User, document: Document) -> Document:
    """Queues a failed document again, or one whose embedding model is not in use any more."""
    require_edit(actor, document.collection)
    if document.status != Document.Status.FAILED and not selectors.outdated(document):
        raise Problem(409, "There is nothing to repeat: this document has not failed.")
    waiting = {"status": Document.Status.QUEUED, "stage": "", "progress": 0.0, "error": ""}
    waiting |= {"attempts": 0, "lease_owner": "", "lease_until": None}
    if not Document.objects.filter(pk=document.pk, status=document.status).update(**waiting):
        raise Problem(409, "This document has changed meanwhile: look again.")
    document.refresh_from_db()
    record(actor, "document.retry", document, _facts(document))
    transaction.on_commit(partial(enqueue, document.pk))
    return document


def record_download(actor: User, document: Document, part: str = "") -> None:
    """The original leaves the house: who has it can be asked later. A part is recorded as well as the whole."""
    record(actor, "document.download", document, _facts(document) | ({"part": part} if part else {}))


@transaction.atomic
def search_and_record(person: User, query: str, scope: Scope | None = None, k: int = 10) -> Hits:
    """A search on a person's behalf, with the audit event that tells who asked for what and found what."""
    hits = search(person, query, scope, k)
    found = [{"document": hit.document_id, "passage": hit.passage_id, "score": round(hit.score, 4)} for hit in hits]
    within = [str(key) for key in (scope.collections or ())] if scope else []
    record(person, "search.query", query[:300], {"query": query, "within": within, "found": found})
    return hits


def enqueue(key: uuid.UUID) -> None:
    """Hands the document to the ingestion workers, which stand on a higher floor: only the task's name is known here.
    Where the queue is down the document stays queued, and the periodic task finds it."""
    try:
        app.send_task(INGEST, args=[str(key)], ignore_result=True)
    except Exception:
        logger.exception("Document %s stays queued: the queue does not answer", key)


def drop_unneeded(sha256: str) -> None:
    """Removes the bytes if no document has them. The lock keeps an upload of the same bytes out meanwhile."""
    with transaction.atomic():
        _lock(sha256)
        if not Document.objects.filter(sha256=sha256).exists():
            blobs.remove(sha256)


def _lock(sha256: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [sha256])


def _filename(name: str) -> str:
    """The last part of what the client called the file, without what would break a header or a terminal."""
    name = _shown(name.replace("\\", "/").rsplit("/", 1)[-1])[-255:].strip()
    return name if name.strip(".") else "unnamed"


def _shown(text: str) -> str:
    """Without characters that cannot be seen: some of them make a name look like another."""
    return "".join(char if char.isprintable() else " " if char.isspace() else "" for char in text).strip()


def _facts(document: Document) -> dict[str, Any]:
    names = {"collection": str(document.collection_id), "filename": document.filename}
    return names | {"sha256": document.sha256, "size": document.size}


def _names(groups: Iterable[Group]) -> list[str]:
    return sorted(group.name for group in groups)


def _refuse_taken(owner: User | None, name: str) -> None:
    if Collection.objects.filter(created_by=owner, name=name).exists():
        raise Problem(409, f"You have a collection {name!r} already.", errors={"name": ["Already in use."]})
