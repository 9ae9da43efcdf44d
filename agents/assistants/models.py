"""Assistants: who answers, how, with what, and for whom."""

import uuid

from django.conf import settings
from django.db import models

from agents.models import Run
from apps.accounts.models import Group


class Assistant(models.Model):
    """A name under which people and programs ask. What it is stands in its versions; `published` is the one that
    answers. One that was deleted keeps its row: its runs can still be traced, and its name is never given to another,
    which conversations and programs would then speak to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    published = models.ForeignKey("Version", null=True, on_delete=models.PROTECT, related_name="+")
    ready_made = models.BooleanField(default=False)
    enabled = models.BooleanField(default=True)
    restricted = models.BooleanField(default=False)  # to the groups; else everybody may use it
    groups = models.ManyToManyField(Group, related_name="+", blank=True)
    editors = models.ManyToManyField(Group, related_name="+", blank=True)  # beside its creator and administrators
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


class Version(models.Model):
    """What an assistant was at one time; never changed. `model_order`: models in the order in which they are tried,
    empty for the installation's own. `collections`: ids, None for all that the asking person may read. `tools`: slugs,
    or `slug/operation`. `limits`: `steps`, `tokens`, `seconds`, `calls`, `cost`, where they differ from the loop's own.
    `translations`: of `name`, `purpose`, `greeting` and `starters`, by language. Without a number it was only tried."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(null=True)
    name = models.CharField(max_length=120)
    picture = models.CharField(max_length=40, blank=True)
    purpose = models.CharField(max_length=500, blank=True)
    instructions = models.TextField(blank=True)
    model_order = models.JSONField(default=list, blank=True)
    collections = models.JSONField(null=True, blank=True)
    tools = models.JSONField(default=list, blank=True)
    limits = models.JSONField(default=dict, blank=True)
    greeting = models.CharField(max_length=500, blank=True)
    starters = models.JSONField(default=list, blank=True)
    translations = models.JSONField(default=dict, blank=True)
    note = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["assistant", "number"], name="version_of_assistant")]

    def __str__(self) -> str:
        return f"{self.name} #{self.number}"


class Trial(models.Model):
    """A run of the test panel, which leads to nothing else: it is deleted after a day."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, primary_key=True, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"test of {self.version}"
