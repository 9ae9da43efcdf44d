"""Long work on a model: its progress is a row, so that it survives a reload and a dead worker, and can be cancelled."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from quarry.leases import Leased


class Job(Leased):
    """Downloading, verifying or adding one model. At most one at a time for each model."""

    class Kind(models.TextChoices):
        PULL = "pull"
        VERIFY = "verify"
        ADD = "add"

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        COMPLETED = "completed"
        FAILED = "failed"
        CANCELLED = "cancelled"

    ACTIVE = (Status.QUEUED, Status.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    error = models.TextField(blank=True)
    facts = models.JSONField(default=dict)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["model"], condition=Q(status__in=("queued", "running")), name="one_job_a_model"
            )
        ]

    def __str__(self) -> str:
        return self.model
