"""Functions and contexts for tests of tools; the knowledge tests' shelf."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from agents.models import Run
from agents.tools import calling, registry
from agents.tools.models import Operation, Tool
from agents.tools.types import Context, Function, Result
from apps.accounts.models import User
from tests.knowledge.conftest import encoder, shelve

__all__ = ["encoder", "shelve"]
Call = Callable[..., Result]


def context(person: User, run: Run | None = None, collections: Sequence[str] | None = None, **more: Any) -> Context:
    """A context for a call that may take a minute."""
    run = run or Run(person=person)
    facts = {"language": "en", "cancelled": lambda: False, "deadline": time.monotonic() + 60} | more
    return Context(person, run, collections, **facts)


@pytest.fixture
def call(employee: User) -> Call:
    """Calls a built-in function by its name, as the loop would, for the employee."""

    def make(name: str, arguments: Mapping[str, Any], person: User | None = None, **more: Any) -> Result:
        row = Operation.objects.select_related("tool").get(name=name, tool__kind="builtin")
        return calling.call(registry.function(row), context(person or employee, **more), arguments)

    return make


@pytest.fixture
def made(db: None) -> Callable[..., Function]:
    """A row of a tool, and a function for it whose call is the test's own."""

    def make(call: Callable[..., Any], **facts: Any) -> Function:
        parameters = facts.pop("parameters", {"type": "object"})
        number = Tool.objects.count()
        tool = Tool.objects.create(slug=f"made-{number}", name="Made", kind="builtin", **facts)
        row = Operation.objects.create(tool=tool, name="do", function=f"made_{number}", parameters=parameters)
        return Function(row.function, "", parameters, call, operation=str(row.pk))

    return make
