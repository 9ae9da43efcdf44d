"""Summaries that people asked for, and what was written of each stretch of text."""

import uuid

from django.db import models

from agents.models import Run


class Summary(models.Model):
    """What is to be summarised and how. The summary itself is its run's answer."""

    class Kind(models.TextChoices):
        DOCUMENT = "document", "Document"
        MEETING = "meeting", "Meeting"
        MAIL = "mail", "Mail thread"

    class Style(models.TextChoices):
        EXECUTIVE = "executive", "Executive summary"
        BULLETS = "bullets", "Bullet points"
        MINUTES = "minutes", "Minutes"
        OFFICIAL = "official", "Official letter (公文)"

    class Length(models.TextChoices):
        SHORT = "short", "Short"
        MEDIUM = "medium", "Medium"
        LONG = "long", "Long"

    class Language(models.TextChoices):
        AUTO = "auto", "As the text"
        EN = "en", "English"
        ZH_HANT = "zh-Hant", "Traditional Chinese"
        ZH_HANS = "zh-Hans", "Simplified Chinese"

    class Method(models.TextChoices):
        AUTO = "auto", "By length"
        WHOLE = "whole", "At once"
        PARTS = "parts", "Part by part"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="summary")
    title = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.DOCUMENT)
    style = models.CharField(max_length=10, choices=Style, default=Style.EXECUTIVE)
    length = models.CharField(max_length=10, choices=Length, default=Length.MEDIUM)
    language = models.CharField(max_length=10, choices=Language, default=Language.AUTO)
    method = models.CharField(max_length=10, choices=Method, default=Method.AUTO)
    # One of: documents (ids), selection (document, start, end), collection, conversation, text (true: it is below).
    source = models.JSONField(default=dict)
    text = models.TextField(blank=True)
    facts = models.JSONField(null=True)  # how it was made: see agents.summaries.work
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title or str(self.id)


class Part(models.Model):
    """What a model wrote of some sentences. Found again by what they say, so that a summary that was interrupted goes
    on where it was and the same text is not read twice; only who may read the text can know its digest. Forgotten when
    nobody has asked for it for a while."""

    content = models.CharField(max_length=64)  # of the sentences and of how they were to be condensed
    model = models.CharField(max_length=140)
    style = models.CharField(max_length=10)
    language = models.CharField(max_length=10)
    lines = models.JSONField()  # [{"text", "from": places among the sentences, "support"}, ...]
    usage = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["content", "model", "style", "language"], name="part_of_content")
        ]
        indexes = [models.Index(fields=["used_at"], name="part_used")]

    def __str__(self) -> str:
        return self.content[:12]
