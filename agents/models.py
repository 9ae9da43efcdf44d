"""Runs: something a person asked for that takes a model a while, and the steps it was done in."""

import uuid

from django.conf import settings
from django.db import models
from quarry.fields import OrderedJSONField
from quarry.leases import Leased
from quarry.text import first_words


class Run(Leased):
    """One question from asking to answer, or one request to a model. The row is the truth; the run's event stream only
    tells of it."""

    class Kind(models.TextChoices):
        QUESTION = "question", "Question"
        COMPLETION = "completion", "Completion"
        SUMMARY = "summary", "Summary"
        EXTRACTION = "extraction", "Extraction"
        REPLAY = "replay", "Replay"

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        AWAITING_APPROVAL = "awaiting_approval", "Awaiting approval"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    ENDED = (Status.COMPLETED, Status.FAILED, Status.CANCELLED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.QUESTION)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="runs")
    status = models.CharField(max_length=20, choices=Status, default=Status.QUEUED)
    # For a question: question, history, collections, and for an assistant's assistant and thread; for a completion see
    # agents.loop.completion, for a replay agents.replay.
    input = OrderedJSONField(default=dict)
    plan = OrderedJSONField(null=True)  # of an agent: what it was told and offered, fixed before its first word
    answer = models.TextField(blank=True)
    citations = models.JSONField(default=list)
    result = OrderedJSONField(null=True)  # of a completion: its choices; of a replay: what was compared
    usage = models.JSONField(null=True)
    model = models.CharField(max_length=120, blank=True)
    model_sha256 = models.CharField(max_length=64, blank=True)
    error = models.JSONField(null=True)  # title, detail, type, as in a problem document
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(auto_now_add=True)  # when its message was last put into the queue
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["status", "lease_until"], name="run_work"),
            models.Index(fields=["person", "-created_at"], name="run_by_person"),
            models.Index(fields=["-ended_at"], name="run_ended"),
        ]

    def __str__(self) -> str:
        """What the audit log calls it."""
        return first_words(str(self.input.get("question", ""))) or f"{self.kind} {self.id}"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in self.ENDED


class Step(models.Model):
    """Something a run did: wrote with the model, searched, or called a tool. `result` is what people see of it,
    `memory` what the run itself goes on from: nobody is shown that. `call` is the model's own id of a call."""

    class Kind(models.TextChoices):
        GENERATE = "generate", "Generate"
        SEARCH = "search", "Search"
        TOOL = "tool", "Tool"

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting for a person"
        RUNNING = "running", "Running"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    ordinal = models.PositiveIntegerField()
    attempt = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=200, blank=True)
    call = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.RUNNING)
    arguments = OrderedJSONField(default=dict)
    result = OrderedJSONField(null=True)
    memory = models.JSONField(default=dict)
    started = models.DateTimeField()
    ended = models.DateTimeField(null=True)

    class Meta:
        ordering = ["ordinal"]
        constraints = [models.UniqueConstraint(fields=["run", "ordinal"], name="step_place")]

    def __str__(self) -> str:
        return f"{self.run_id} #{self.ordinal} {self.name}"
