"""Servers of the tests' own, and tools over them."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.models import Run
from agents.tools import calling, kinds, registry, rows
from agents.tools.mcp.loop import loop
from agents.tools.mcp.pool import pool
from agents.tools.models import Tool
from agents.tools.types import Context, Result
from apps.accounts.models import User
from tests.fixtures.web import Web

OURS = Path(__file__).with_name("server_of_ours.py")
Add = Callable[..., Tool]
Call = Callable[..., Result]


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    """No server outlives its test."""
    yield
    loop.run(pool.close(), time.monotonic() + 15, lambda: False)


@pytest.fixture
def add(transactional_db: None, administrator: User, tmp_path: Path, settings: Any) -> Add:
    """Makes a tool as the administration API does."""
    settings.QUARRY_HOME = tmp_path

    def make(slug: str = "ours", egress: tuple[str, ...] = (), secret: str = "", **fields: Any) -> Tool:
        from quarry import secrets

        kind = kinds.get("mcp")
        assert kind is not None
        tool = Tool(slug=slug, name=slug, kind="mcp", config=kind.check(fields), egress=list(egress))
        tool.secret = secrets.encrypt(secret)
        offers = kind.offers(tool)
        rows.refuse(offers)
        tool.save()
        rows.create(tool, offers, rows.Wishes(needs=False))
        return tool

    return make


@pytest.fixture
def ours(add: Add) -> Callable[..., Tool]:
    """Our server as a program, outside of a sandbox unless that is wanted."""

    def make(
        secret: str = "",
        memory_mb: int = 1024,
        slug: str = "ours",
        sandbox: bool = False,
        network: bool = True,
        **environment: str,
    ) -> Tool:
        return add(
            slug,
            secret=secret,
            transport="stdio",
            command=sys.executable,
            arguments=[str(OURS)],
            environment=environment,
            memory_mb=memory_mb,
            sandbox=sandbox,
            network=network,
        )

    return make


@pytest.fixture
def call(employee: User) -> Call:
    """Calls an operation as the loop does."""

    def make(
        tool: Tool, name: str, seconds: float = 30, cancelled: Callable[[], bool] = bool, **arguments: Any
    ) -> Result:
        function = registry.function(tool.operations.select_related("tool").get(name=name))
        context = Context(employee, Run(person=employee), None, "en", cancelled, time.monotonic() + seconds)
        return calling.call(function, context, arguments)

    return make


@pytest.fixture
def serve() -> Iterator[Callable[..., Web]]:
    """Puts applications behind ports until the test is over."""
    started: list[Web] = []

    def make(application: Any, port: int | None = None) -> Web:
        started.append(Web(application, port))
        return started[-1]

    yield make
    for each in started:
        each.stop()
