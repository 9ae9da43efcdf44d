"""What an agent asks people before it does it, what they decide, and what they allow for a whole conversation."""

import uuid

from django.conf import settings
from django.db import models
from quarry.fields import OrderedJSONField

from agents.models import Run, Step


class Approval(models.Model):
    """One call that waits for people. What they see is what is done: `digest` is of the call, and is compared again
    before it is made. `needed`: 1, the one who asked; 2, they and somebody else who may (four eyes)."""

    class Why(models.TextChoices):
        POLICY = "policy", "Always asked"
        RULE = "rule", "Asked for these arguments"
        ADDRESS = "address", "An address that the person did not give"
        INTERRUPTED = "interrupted", "May have happened already"

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        EXPIRED = "expired", "Expired"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="approvals")
    step = models.OneToOneField(Step, on_delete=models.CASCADE, related_name="approval")
    operation = models.UUIDField()  # of agents.tools; no key, so that what was decided outlives the tool
    function = models.CharField(max_length=64)
    tool = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    effect = models.CharField(max_length=1000, blank=True)
    writes = models.BooleanField()
    why = models.CharField(max_length=20, choices=Why)
    details = models.JSONField(default=list)  # the addresses that `why` means
    arguments = OrderedJSONField(default=list)  # name, label, value: in the order of the function's own description
    digest = models.CharField(max_length=64)
    needed = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["status", "expires_at"], name="approval_due")]

    def __str__(self) -> str:
        return self.title


class Decision(models.Model):
    """What one person decided; once."""

    class Verdict(models.TextChoices):
        APPROVE = "approve", "Approve"
        REJECT = "reject", "Reject"

    class Scope(models.TextChoices):
        ONCE = "once", "Once"
        CONVERSATION = "conversation", "For this conversation"

    class Via(models.TextChoices):
        PAGE = "page", "Page"
        API = "api", "API"
        MAIL = "mail", "Mail"

    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="decisions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict)
    note = models.CharField(max_length=2000, blank=True)
    scope = models.CharField(max_length=20, choices=Scope, default=Scope.ONCE)
    via = models.CharField(max_length=10, choices=Via)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["approval", "person"], name="decision_once")]

    def __str__(self) -> str:
        return f"{self.verdict} by {self.person_id}"


class Grant(models.Model):
    """A function that a person allows in one conversation of theirs without being asked each time."""

    thread = models.UUIDField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    operation = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "person", "operation"], name="grant_once")]

    def __str__(self) -> str:
        return f"{self.operation} in {self.thread}"
