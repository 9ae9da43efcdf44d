"""Assistants as people make them."""

from collections.abc import Callable
from typing import Any

import pytest

from agents.assistants import actions
from agents.assistants.models import Assistant
from agents.tools import registry
from agents.tools.models import Operation, Tool
from agents.tools.types import Result
from apps.accounts.models import Group, User

Make = Callable[..., Assistant]


@pytest.fixture
def make(db: None) -> Make:
    """Somebody's assistant: its slug, and what differs from a plain one."""

    def made(creator: User, slug: str = "legal", publish: bool = True, **more: Any) -> Assistant:
        sharing = {name: more.pop(name) for name in actions.SHARING if name in more}
        return actions.create(creator, slug, {"name": slug.title(), **more}, sharing, publish)

    return made


@pytest.fixture
def team(employee: User) -> Group:
    """A group with the employee in it."""
    group = Group.objects.create(name="Team")
    group.members.add(employee)
    return group


@pytest.fixture
def tools(db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, Tool]:
    """Two tools, one of them for a group in which nobody is."""
    monkeypatch.setitem(registry._makers, "builtin", lambda operation: lambda context, arguments: Result("done"))
    made = {}
    for slug, restricted in (("clock", False), ("payroll", True)):
        tool = Tool.objects.create(slug=slug, name=slug.title(), kind="builtin", restricted=restricted)
        Operation.objects.create(tool=tool, name="read", function=f"{slug}_read", parameters={"type": "object"})
        made[slug] = tool
    return made
