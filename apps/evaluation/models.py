"""Benchmarks that were run here: which, with what, and every case with what the model did."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from quarry.leases import Leased


class Evaluation(Leased):
    """One run of a benchmark. `harness`: with what the loop does for a model; without it, the model alone. `options`
    is what the cases were drawn by, so that others can draw the same."""

    class Benchmark(models.TextChoices):
        BFCL = "bfcl", "BFCL v3"
        OFFICE = "office", "Office calls"

    class Status(models.TextChoices):
        RUNNING = "running"
        COMPLETED = "completed"
        STOPPED = "stopped"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    benchmark = models.CharField(max_length=20, choices=Benchmark)
    model = models.CharField(max_length=80)
    model_sha256 = models.CharField(max_length=64, blank=True)
    harness = models.BooleanField(default=True)
    options = models.JSONField(default=dict, blank=True)
    machine = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.STOPPED)
    error = models.TextField(blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.get_benchmark_display()}, {self.model}"

    @property
    def state(self) -> str:
        """The status, but for one whose process was killed: nobody said that it stands still, but its lease ran out."""
        killed = self.lease_until is None or self.lease_until < timezone.now()
        return self.Status.STOPPED if killed and self.status == self.Status.RUNNING else self.status


class Case(models.Model):
    """One task. `right` is None until it was tried. `calls` are the calls as the model made them, turn by turn where
    there are several turns; `malformed` counts those that were not well-formed to the end; `facts` says the rest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="cases")
    position = models.PositiveIntegerField()
    category = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    right = models.BooleanField(null=True)
    malformed = models.PositiveIntegerField(default=0)
    calls = models.JSONField(default=list, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    seconds = models.FloatField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["evaluation", "key"], name="case_of_evaluation")]

    def __str__(self) -> str:
        return self.key
