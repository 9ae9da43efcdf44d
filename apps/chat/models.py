"""Conversations: what people ask, and what they think of the answers."""

import uuid

from django.conf import settings
from django.db import models

from agents.models import Run
from apps.knowledge.models import Collection


class Conversation(models.Model):
    """A person's questions and answers, over chosen collections or all that the person may read."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations")
    title = models.CharField(max_length=200, blank=True)
    assistant = models.CharField(max_length=100, blank=True)
    collections = models.ManyToManyField(Collection, related_name="+", blank=True)
    # Chosen collections can all be deleted; the conversation must not then search everything instead.
    limited = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-updated_at"]
        indexes = [models.Index(fields=["person", "-updated_at"], name="conversation_by_person")]

    def __str__(self) -> str:
        return self.title or str(self.id)


class Message(models.Model):
    """One turn. The text of an assistant's turn is its run's answer."""

    class Role(models.TextChoices):
        USER = "user", "User"
        ASSISTANT = "assistant", "Assistant"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    ordinal = models.PositiveIntegerField()
    role = models.CharField(max_length=10, choices=Role)
    text = models.TextField(blank=True)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, related_name="messages")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["ordinal"]
        constraints = [models.UniqueConstraint(fields=["conversation", "ordinal"], name="message_place")]

    def __str__(self) -> str:
        return f"{self.role} {self.ordinal} of {self.conversation_id}"

    @property
    def content(self) -> str:
        return self.run.answer if self.run else self.text


class Feedback(models.Model):
    """What the person thought of an answer."""

    class Rating(models.TextChoices):
        UP = "up", "Helpful"
        DOWN = "down", "Not helpful"

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="feedback")
    rating = models.CharField(max_length=10, choices=Rating)
    comment = models.CharField(max_length=2000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.rating} for {self.message_id}"
