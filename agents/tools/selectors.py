"""Reads: all tools for administrators, for everybody else those that they may have called."""

import uuid

from django.db.models import Prefetch, Q, QuerySet
from quarry.api.problem import not_found
from quarry.text import storable

from agents.tools import registry
from agents.tools.models import Operation, Tool
from apps.accounts.models import User
from apps.accounts.policies import require_administrator


def tools(reader: User) -> QuerySet[Tool]:
    require_administrator(reader)
    return Tool.objects.prefetch_related("operations", "groups")


def one(reader: User, key: str) -> Tool:
    """The tool with this slug or id, or a Problem."""
    found = tools(reader).filter(_named(key, "slug")).first()
    if found is None:
        raise not_found()
    return found


def operation(tool: Tool, key: str) -> Operation:
    """The tool's operation by its name, by what the model calls it, or by its id."""
    key = storable(key)
    found = list(tool.operations.select_related("tool").filter(_named(key, "name") | Q(function=key)))
    if not found:
        raise not_found()
    return next((each for each in found if each.name == key), found[0])


def usable(person: User) -> QuerySet[Tool]:
    """The tools of which the person may have at least one operation called, with those operations."""
    allowed = registry.usable(person).order_by("name")
    return Tool.objects.filter(pk__in=allowed.order_by().values("tool")).prefetch_related(
        Prefetch("operations", queryset=allowed)
    )


def _named(key: str, field: str) -> Q:
    try:
        return Q(pk=uuid.UUID(key)) | Q(**{field: key})
    except ValueError:
        return Q(**{field: key})
