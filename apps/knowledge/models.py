"""Collections, their documents, and the passages that search finds."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from pgvector.django import HalfVectorField, HnswIndex
from quarry.leases import Leased

from apps.accounts.models import Group

DIMENSION = 384
"""Of every embedding column. A model with another dimension needs a migration of this column and of its index."""


class Collection(models.Model):
    """Documents that the same people may read."""

    class Visibility(models.TextChoices):
        EVERYONE = "everyone", "Everyone"
        GROUPS = "groups", "Chosen groups"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=1000, blank=True)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.EVERYONE)
    groups = models.ManyToManyField(Group, related_name="collections", blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="collections"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        # By creator, not by installation: "this name is taken" would tell of a collection that one may not see.
        constraints = [models.UniqueConstraint(fields=["created_by", "name"], name="collection_name")]

    def __str__(self) -> str:
        return self.name


class Space(models.Model):
    """An embedding space. Vectors of two spaces must never be compared, so every passage names its own."""

    id = models.SmallAutoField(primary_key=True)
    name = models.CharField(max_length=200, unique=True)

    def __str__(self) -> str:
        return self.name


class Document(Leased):
    """A file and how far its way into the search has come. Its bytes lie in the blob store under `sha256`."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        PARSING = "parsing", "Parsing"
        EMBEDDING = "embedding", "Embedding"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="documents")
    title = models.CharField(max_length=300)
    filename = models.CharField(max_length=255)
    media_type = models.CharField(max_length=150, blank=True)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    language = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    stage = models.CharField(max_length=200, blank=True)
    progress = models.FloatField(default=0.0)
    error = models.CharField(max_length=1000, blank=True)
    passages_count = models.PositiveIntegerField(default=0)
    space = models.ForeignKey(Space, on_delete=models.PROTECT, null=True, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["collection", "sha256"], name="document_bytes")]
        indexes = [models.Index(fields=["status", "lease_until"], name="document_work")]

    def __str__(self) -> str:
        return self.title


class DocumentText(models.Model):
    """The text that was read out of a document. All offsets are code points into `text`."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, primary_key=True, related_name="content")
    text = models.TextField()
    pages = models.JSONField(default=list)  # [{"page": 1, "start": 0, "end": 1200}, ...]
    headings = models.JSONField(default=list)  # [{"level": 1, "title": "...", "start": 0, "end": 12}, ...]

    def __str__(self) -> str:
        return f"text of {self.document_id}"


class Passage(models.Model):
    """A stretch of a document's text, as search finds and answers cite it. Written by `index.store` alone."""

    id = models.UUIDField(primary_key=True, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="passages", db_index=False)
    # The document's own, repeated here so that permission is checked without a join.
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="+")
    ordinal = models.PositiveIntegerField()
    text = models.TextField()
    heading = models.CharField(max_length=500, blank=True)
    page = models.PositiveIntegerField(null=True)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="+", db_index=False)
    embedding = HalfVectorField(dimensions=DIMENSION)
    lexemes = SearchVectorField()  # written by apps.knowledge.lexical, not by PostgreSQL's dictionaries
    length = models.PositiveIntegerField()  # in lexical words, for BM25

    class Meta:
        ordering = ["document", "ordinal"]
        constraints = [models.UniqueConstraint(fields=["document", "ordinal"], name="passage_place")]
        indexes = [
            HnswIndex(
                name="passage_embedding",
                fields=["embedding"],
                m=16,
                ef_construction=64,
                opclasses=["halfvec_cosine_ops"],
            ),
            # Without fastupdate a search never has to read through a list of pending entries.
            GinIndex(name="passage_lexemes", fields=["lexemes"], fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} #{self.ordinal}"

    @property
    def location(self) -> dict[str, Any]:
        """Where it stands in the document: page and heading where there are any, and the code points in the text."""
        return locate(self.page, self.heading, self.start, self.end)


def locate(page: int | None, heading: str, start: int, end: int) -> dict[str, Any]:
    """A place in a document as the API tells it."""
    place: dict[str, Any] = {"start": start, "end": end}
    return place | ({} if page is None else {"page": page}) | ({"heading": heading} if heading else {})


class Term(models.Model):
    """In how many passages of a collection a lexeme stands. By collection, so that the weight of a word never tells
    anything of documents that the asking person may not read."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="+", db_index=False)
    lexeme = models.CharField(max_length=70)
    passages = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lexeme", "collection"], name="term_lexeme")]

    def __str__(self) -> str:
        return self.lexeme


class TermDelta(models.Model):
    """A change to `Term` that is not added up yet: documents that are indexed at the same time only ever insert here,
    so none waits for another. A periodic task adds them up; queries read both."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="+", db_index=False)
    lexeme = models.CharField(max_length=70)
    passages = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["lexeme", "collection"], name="term_delta_lexeme")]

    def __str__(self) -> str:
        return self.lexeme
