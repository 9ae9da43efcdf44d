"""The built-in tools as a kind: their list, their calls, and their rows, which come with the migrations."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Model

from agents.tools import kinds, rows
from agents.tools.builtin import calculator, dates, documents, knowledge, mail, python, sheets, summarise, tickets
from agents.tools.builtin.types import BuiltIn, Task
from agents.tools.models import Operation, Tool
from agents.tools.registry import Call

ALL: tuple[BuiltIn, ...] = (
    knowledge.TOOL,
    documents.READ,
    documents.LIST,
    summarise.TOOL,
    calculator.TOOL,
    dates.TOOL,
    sheets.TOOL,
    mail.TOOL,
    tickets.TOOL,
    python.TOOL,
)
TASKS: dict[str, Task] = {task.offer.name: task for tool in ALL for task in tool.tasks}


def add() -> None:
    """Plugs them in."""
    kinds.add(Tool.Kind.BUILTIN, kinds.Kind(fields=(), check=_settings, offers=_offers, maker=_maker))


def synchronise(apps: Any = None, **_: Any) -> None:
    """After each migration: what is missing is added and our own words are renewed; whatever an administrator decided
    stays as it is. Tables on their way to another version are left alone."""
    if apps is not None and not all(_current(apps, model) for model in (Tool, Operation)):
        return
    for tool in ALL:
        with transaction.atomic():
            _synchronise(tool)


def _current(apps: Any, model: type[Model]) -> bool:
    try:
        state = apps.get_model("tools", model.__name__)
    except LookupError:
        return False
    return {each.name for each in state._meta.fields} == {each.name for each in model._meta.fields}


def _synchronise(tool: BuiltIn) -> None:
    row = Tool.objects.filter(kind=Tool.Kind.BUILTIN, config__builtin=tool.slug).first()
    if row is None:
        taken = Tool.objects.filter(slug=tool.slug).exists()
        slug = f"quarry-{tool.slug}" if taken else tool.slug
        facts = {"name": tool.name, "description": tool.description, "config": {"builtin": tool.slug}}
        row = Tool.objects.create(slug=slug, kind=Tool.Kind.BUILTIN, **facts)
    known = {each.name: each for each in row.operations.all()}
    for task in tool.tasks:
        if task.offer.name in known:
            _renew(known[task.offer.name], task)
        else:
            rows.add(row, task.offer, task.offer.enabled, task.asks)
    row.operations.exclude(name__in=[task.offer.name for task in tool.tasks]).delete()


def _renew(row: Operation, task: Task) -> None:
    row.description, row.parameters = task.offer.description, dict(task.offer.parameters)
    row.save(update_fields=["description", "parameters"])


def _settings(fields: Mapping[str, Any]) -> dict[str, Any]:
    return dict(fields)


def _offers(tool: Tool) -> list[kinds.Offer]:
    return [task.offer for each in ALL if each.slug == tool.config.get("builtin") for task in each.tasks]


def _maker(operation: Operation) -> Call:
    return TASKS[operation.name].call
