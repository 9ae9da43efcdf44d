"""The servers that this process has open, and calls of their tools."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import mcp_types as types
from mcp import MCPError

from agents.tools.mcp import faults, listing, settings
from agents.tools.mcp.connection import Connection
from agents.tools.mcp.faults import Fault
from agents.tools.mcp.loop import loop
from agents.tools.models import Tool

MOST_OPEN, PAUSE_SECONDS = 20, 5.0
Found = TypeVar("Found")


class Changed(Exception):
    """The tool is no longer what an administrator has seen."""


class Missing(Exception):
    """The server has no such tool any more."""


class Unsure(Exception):
    """The connection broke off when the call was on its way: it may have been carried out, or not."""


class Pool:
    """One connection for each tool; all methods are for the loop's thread."""

    def __init__(self) -> None:
        self._open: dict[uuid.UUID, Connection] = {}
        self._failed: dict[uuid.UUID, tuple[float, Connection]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def tools(self, tool: Tool) -> list[listing.Listed]:
        """What the server offers now."""

        async def ask(connection: Connection) -> list[listing.Listed]:
            return list((await connection.tools(fresh=True)).values())

        self._failed.pop(tool.pk, None)  # an administrator has changed something, and wants to see whether it works
        return await self._with(tool, ask, lambda: True)

    async def call(
        self, tool: Tool, wanted: Mapping[str, str], arguments: dict[str, Any], seconds: float, repeat: bool, said: Any
    ) -> types.CallToolResult:
        """A call of the tool named in `wanted`, which must be what its digest says. Where the connection is lost on
        the way it is made again only if that does no harm."""
        sent = False

        async def ask(connection: Connection) -> types.CallToolResult:
            nonlocal sent
            found = (await connection.tools()).get(wanted["tool"])
            if found is None:
                raise Missing
            if found.digest != wanted["digest"]:
                raise Changed
            sent = True
            return await connection.call(wanted["tool"], arguments, seconds, said)

        try:
            return await self._with(tool, ask, lambda: repeat or not sent)
        except (Fault, MCPError) as error:
            if sent and not repeat and _unsure(error):
                raise Unsure from None
            raise

    async def close(self) -> None:
        """Ends all servers."""
        await asyncio.gather(*(each.close() for each in self._open.values()), return_exceptions=True)
        self._open.clear()
        self._failed.clear()

    async def _with(
        self, tool: Tool, ask: Callable[[Connection], Awaitable[Found]], again: Callable[[], bool]
    ) -> Found:
        connection = self._of(tool)
        try:
            return await _used(connection, ask)
        except MCPError as error:
            if not faults.lost(error):
                raise
            self._leave(connection)
            if not again():
                raise
        except Fault as fault:
            self._leave(connection)
            if fault.code != faults.FORGOTTEN:
                self._failed[tool.pk] = (time.monotonic(), connection)
                raise
        return await _used(self._of(tool), ask)

    def _of(self, tool: Tool) -> Connection:
        kept = self._open.get(tool.pk)
        if kept and not kept.over and kept.fingerprint == settings.fingerprint(tool):
            return kept
        if kept:
            self._leave(kept)
        self._refuse_at_once(tool)
        self._make_room()
        self._open[tool.pk] = made = Connection(tool)
        return made

    def _refuse_at_once(self, tool: Tool) -> None:
        """A server that has just failed is not tried again with every call."""
        when, failed = self._failed.get(tool.pk, (0.0, None))
        if failed is None:
            return
        if failed.fingerprint == settings.fingerprint(tool) and time.monotonic() - when < PAUSE_SECONDS:
            raise failed.fault or Fault("The server ended before it answered.")
        del self._failed[tool.pk]

    def _make_room(self) -> None:
        idle = sorted((each for each in self._open.values() if not each.calls), key=lambda each: each.used)
        for each in idle[: max(0, len(self._open) - MOST_OPEN + 1)]:
            self._leave(each)

    def _leave(self, connection: Connection) -> None:
        if self._open.get(connection.tool.pk) is connection:
            del self._open[connection.tool.pk]
        closing = asyncio.create_task(connection.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


def _unsure(error: Fault | MCPError) -> bool:
    """Whether the call may have been carried out all the same: a refusal says that it was not."""
    if isinstance(error, Fault):
        return error.code not in ("sign-in", "forbidden", faults.FORGOTTEN)
    return faults.lost(error)


async def _used(connection: Connection, ask: Callable[[Connection], Awaitable[Found]]) -> Found:
    """Counted, so that nobody closes it meanwhile. When it broke off for a reason that is known, that is told."""
    connection.calls += 1
    try:
        return await ask(connection)
    except MCPError as error:
        if faults.lost(error) and (fault := await connection.why()):
            raise fault from None
        raise
    finally:
        connection.calls -= 1
        connection.used = time.monotonic()


pool = Pool()
loop.at_end(pool.close)
