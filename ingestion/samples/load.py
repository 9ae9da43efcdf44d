"""Loads the sample collection, by the same actions as everyone's uploads.

What an administrator deleted does not come back: the audit log, which nobody can change, tells what was loaded before.
"""

import hashlib

from django.db import transaction

from apps.accounts.models import User
from apps.audit import record
from apps.audit.models import Event
from apps.knowledge import blobs
from apps.knowledge.actions import create_collection, upload_document
from apps.knowledge.models import Collection
from ingestion.samples import Manifest, SampleDocument, manifest

LOADED = "samples.load"


class NoAdministrator(LookupError):
    """There is nobody yet to whom the collection could belong."""


def load() -> Collection | None:
    """Makes the collection and uploads what is missing of it. None where the collection was deleted."""
    owner = _owner()
    collection = _collection(owner, manifest())
    if collection is not None:
        for document in manifest().documents:
            _upload_once(owner, collection, document)
    return collection


def _owner() -> User:
    administrators = User.objects.filter(role=User.Role.ADMINISTRATOR, is_active=True)
    owner = administrators.order_by("created_at").first()
    if owner is None:
        raise NoAdministrator("There is no administrator yet: start Quarry once, which makes the first.")
    return owner


@transaction.atomic
def _collection(owner: User, about: Manifest) -> Collection | None:
    earlier = Event.objects.filter(action=LOADED).order_by("id").last()
    if earlier is not None:
        return Collection.objects.filter(pk=earlier.object_id).first()
    collection = create_collection(owner, about.name, about.description, "everyone")
    record(None, LOADED, collection, {"documents": len(about.documents), "owner": owner.email})
    return collection


def _upload_once(owner: User, collection: Collection, document: SampleDocument) -> None:
    facts = {"sha256": hashlib.sha256(document.path.read_bytes()).hexdigest(), "collection": str(collection.pk)}
    if not Event.objects.filter(action="document.upload", facts__contains=facts).exists():
        upload_document(
            owner, collection, blobs.pieces(document.path), filename=document.path.name, title=document.title
        )
