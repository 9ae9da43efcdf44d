"""Schedules: what an assistant does by itself, when, and where the results go."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from agents.assistants.models import Assistant
from agents.models import Run


class Schedule(models.Model):
    """A task for an assistant, done as its owner: at times, on new documents, or when another system calls. `trigger`
    is what the owner chose, `kind` and `cron` what follows from it. Without an assistant Quarry itself answers."""

    class Kind(models.TextChoices):
        TIME = "time", "At times"
        DOCUMENT = "document", "On a new document"
        WEBHOOK = "webhook", "When it is called"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="schedules")
    name = models.CharField(max_length=120)
    assistant = models.ForeignKey(Assistant, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    prompt = models.TextField()
    trigger = models.JSONField()
    kind = models.CharField(max_length=10, choices=Kind)
    cron = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=60)
    next_at = models.DateTimeField(null=True, blank=True)
    # Of documents: those that were added since; and up to when all that became ready were seen.
    since = models.DateTimeField(default=timezone.now)
    cursor = models.DateTimeField(default=timezone.now)
    # Of calls: the digest of the address's secret part, and the key of their signatures (encrypted), if they have one.
    token_digest = models.CharField(max_length=64, unique=True, null=True, blank=True)
    hook_secret = models.TextField(blank=True)
    # Where results go, beside the page.
    mail = models.BooleanField(default=False)
    url = models.CharField(max_length=500, blank=True)
    url_secret = models.TextField(blank=True)  # encrypted
    enabled = models.BooleanField(default=True)
    stopped = models.CharField(max_length=200, blank=True)  # why it was switched off, if not by its owner
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["enabled", "kind", "next_at"], name="schedule_due")]

    def __str__(self) -> str:
        return self.name


class Firing(models.Model):
    """One occasion on which a schedule was to run. `data` is what set it off, if anything did: text of somebody
    else's, never an instruction. `key`: by which a caller that calls again is known."""

    class Cause(models.TextChoices):
        TIME = "time", "Its time came"
        DOCUMENT = "document", "A document was added"
        WEBHOOK = "webhook", "It was called"
        PERSON = "person", "Its owner started it"

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"
        SKIPPED = "skipped", "Skipped"

    OPEN = (Status.WAITING, Status.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="firings")
    cause = models.CharField(max_length=10, choices=Cause)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    run = models.OneToOneField(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    due_at = models.DateTimeField(null=True)
    document = models.UUIDField(null=True)
    data = models.TextField(blank=True)
    key = models.CharField(max_length=200, null=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["schedule", "-created_at"], name="firing_by_schedule"),
            models.Index(fields=["status"], condition=Q(status__in=["waiting", "running"]), name="firing_open"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "document"], name="firing_once_a_document"),
            models.UniqueConstraint(fields=["schedule", "key"], name="firing_once_a_call"),
            models.UniqueConstraint(fields=["schedule"], condition=Q(status="running"), name="firing_one_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.cause} of {self.schedule_id}"


class Delivery(models.Model):
    """A result on its way to somewhere. Tried again, after longer and longer pauses, until it is there."""

    class Kind(models.TextChoices):
        MAIL = "mail", "Mail"
        WEBHOOK = "webhook", "Webhook"

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    firing = models.ForeignKey(Firing, on_delete=models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    response_status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        indexes = [models.Index(fields=["next_at"], condition=Q(status="waiting"), name="delivery_waiting")]
        constraints = [models.UniqueConstraint(fields=["firing", "kind"], name="delivery_once")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.firing_id}"
