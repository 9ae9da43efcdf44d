"""Tools that an administrator has set up, and the operations that each of them offers."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from quarry.fields import OrderedJSONField

from apps.accounts.models import Group


class Tool(models.Model):
    """Where operations come from: our own code, an HTTP service that an OpenAPI document describes, an MCP server, a
    database. `config` is what only this kind must know; `secret` is encrypted; `egress` lists `host:port` that may be
    called although they are in our own network."""

    class Kind(models.TextChoices):
        BUILTIN = "builtin", "Built in"
        OPENAPI = "openapi", "HTTP (OpenAPI)"
        MCP = "mcp", "MCP server"
        SQL = "sql", "Database"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=1000, blank=True)
    kind = models.CharField(max_length=20, choices=Kind)
    config = models.JSONField(default=dict, blank=True)
    secret = models.TextField(blank=True)
    egress = models.JSONField(default=list, blank=True)
    enabled = models.BooleanField(default=True)
    restricted = models.BooleanField(default=False)  # to the groups; else everybody may use it
    groups = models.ManyToManyField(Group, related_name="+", blank=True)
    calls_per_minute = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    timeout = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(300)]
    )  # seconds for one call
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Operation(models.Model):
    """Something that a tool can do. `function` is what the model calls it by, unique among all tools."""

    class Needs(models.TextChoices):
        NEVER = "never", "Never"
        ALWAYS = "always", "Always"
        RULE = "rule", "By a rule"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="operations")
    name = models.CharField(max_length=200)  # as the source calls it
    function = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    parameters = OrderedJSONField(default=dict)  # a JSON schema; people are shown arguments in its order
    config = models.JSONField(default=dict, blank=True)
    writes = models.BooleanField(default=True)
    enabled = models.BooleanField(default=True)
    needs_approval = models.CharField(max_length=10, choices=Needs, default=Needs.NEVER)
    rule = models.JSONField(default=list, blank=True)
    four_eyes = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["tool", "name"], name="operation_of_tool")]

    def __str__(self) -> str:
        return self.title or self.function
