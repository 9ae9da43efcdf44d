"""Fields that are read out of documents: what is looked for, and a row of findings for each document."""

import json
import uuid
from typing import Any

from django.conf import settings
from django.db import models

from agents.models import Run
from apps.knowledge.models import Document


class Extraction(models.Model):
    """What is to be read out of which documents. The schema is in the plain form of agents.extraction.schemas, and kept
    as text: the database would put its fields into another order."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="extraction")
    title = models.CharField(max_length=300, blank=True)
    template = models.CharField(max_length=40, blank=True)
    schema_text = models.TextField()
    source = models.JSONField(default=dict)  # document, documents or collection: the rows say what came of it
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title or str(self.id)

    @property
    def schema(self) -> dict[str, Any]:
        return dict(json.loads(self.schema_text))


class Row(models.Model):
    """What was found in one document. `fields` tells of each value where it stands and how sure that is; `problems`
    what the schema asks for and the document does not say."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        COMPLETE = "complete", "Complete"
        INCOMPLETE = "incomplete", "Incomplete"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    extraction = models.ForeignKey(Extraction, on_delete=models.CASCADE, related_name="rows")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    ordinal = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    values = models.JSONField(null=True)
    fields = models.JSONField(default=list)  # [{path, value, how, confidence, citation}, ...]
    problems = models.JSONField(default=list)  # [{path, detail}, ...]
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["ordinal"]
        constraints = [models.UniqueConstraint(fields=["extraction", "ordinal"], name="row_place")]

    def __str__(self) -> str:
        return f"{self.extraction_id} #{self.ordinal}"
