"""A connection to one server: opened by a task that keeps it until nobody needs it, used by all who call."""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as types
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from quarry import __version__
from quarry.egress.asynchronous import AsyncTransport

from agents.tools import access
from agents.tools.mcp import listing, sandbox, settings
from agents.tools.mcp.faults import Fault, found_in, refused
from agents.tools.mcp.program import Program, surroundings
from agents.tools.mcp.sandbox import Box
from agents.tools.mcp.signing import Signed
from agents.tools.models import Tool

IDLE_SECONDS, RELIST_SECONDS, OPEN_SECONDS, CONNECT_SECONDS = 300.0, 60.0, 60.0, 30.0
LAST_SECONDS = 0.5  # for a connection that breaks off to say why
LARGEST_ANSWER = 16 * 1024 * 1024
MOST_PAGES = 50
US = types.Implementation(name="quarry", version=__version__)


class Connection:
    """One server. All methods are for the loop's thread."""

    def __init__(self, tool: Tool) -> None:
        self.tool, self.fingerprint = tool, settings.fingerprint(tool)
        self.used = time.monotonic()
        self.calls = 0
        self.fault: Fault | None = None
        self._program: Program | None = None
        self._client: Client | None = None
        self._listed: dict[str, listing.Listed] = {}
        self._listed_at = -RELIST_SECONDS
        self._listing = asyncio.Lock()
        self._stop, self._opened = asyncio.Event(), asyncio.Event()
        self._task = asyncio.create_task(self._keep(), name=f"mcp {tool.slug}")

    @property
    def over(self) -> bool:
        return self._task.done() or self._stop.is_set() or (self._program is not None and self._program.ended.is_set())

    async def ready(self) -> Client:
        """The client once the server has answered; raises Fault where it does not."""
        waiting = asyncio.create_task(self._opened.wait())
        await asyncio.wait({waiting, self._task}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._client is None:
            raise self.fault or Fault("The server ended before it answered.")
        return self._client

    async def why(self) -> Fault | None:
        """Why it broke off, where there is more to say than that it did."""
        await asyncio.wait({self._task}, timeout=LAST_SECONDS)
        return self.fault

    async def close(self) -> None:
        self._stop.set()
        await asyncio.wait({self._task})

    async def tools(self, fresh: bool = False) -> dict[str, listing.Listed]:
        """What the server offers, not older than a minute."""
        client = await self.ready()
        async with self._listing:
            if fresh or time.monotonic() - self._listed_at > RELIST_SECONDS:
                self._listed = {each.name: each for each in await _all_tools(client)}
                self._listed_at = time.monotonic()
        return self._listed

    async def call(self, name: str, arguments: dict[str, Any], seconds: float, progress: Any) -> types.CallToolResult:
        """One call. The library's own check of the answer against the server's schema is left out: the schema is as
        much the server's word as the answer, and can hold an expression that never ends."""
        client = await self.ready()
        request = types.CallToolRequest(params=types.CallToolRequestParams(name=name, arguments=arguments))
        return await client.session.send_request(
            request, types.CallToolResult, request_read_timeout_seconds=seconds, progress_callback=progress
        )

    async def _keep(self) -> None:
        """Opens it and waits. What goes wrong is told to those who wait for it."""
        try:
            async with self._client_of(self.tool) as client:
                self._client = client
                self._opened.set()
                await self._until_idle()
        except Exception as error:
            self.fault = found_in(error, list(self._program.words) if self._program else [])

    async def _until_idle(self) -> None:
        while not self._stop.is_set() and not (self._program and self._program.ended.is_set()):
            if not self.calls and time.monotonic() - self.used > IDLE_SECONDS:
                return
            waits = [asyncio.create_task(self._stop.wait())]
            waits += [asyncio.create_task(self._program.ended.wait())] if self._program else []
            await asyncio.wait(waits, timeout=IDLE_SECONDS / 10, return_when=asyncio.FIRST_COMPLETED)
            for each in waits:
                each.cancel()

    @asynccontextmanager
    async def _client_of(self, tool: Tool) -> AsyncGenerator[Client, None]:
        async with AsyncExitStack() as stack:
            program = tool.config["transport"] == "stdio"
            transport = await self._program_of(tool) if program else await _service(tool, stack)
            made = Client(transport, client_info=US, cache=None, message_handler=self._heard)
            async with asyncio.timeout(OPEN_SECONDS) as opening:
                client = await stack.enter_async_context(made)
                opening.reschedule(None)
            yield client

    async def _program_of(self, tool: Tool) -> Any:
        config, folder = tool.config, settings.folder(tool.pk)
        self._program = Program(
            config["command"],
            config.get("arguments") or [],
            surroundings(settings.environment(tool), folder),
            folder,
            config.get("memory_mb", settings.MEMORY) * 1024 * 1024,
            await asyncio.to_thread(_box, config, folder),
        )
        return self._program.transport()

    async def _heard(self, message: Any) -> None:
        """A server that says that its tools have changed is asked again before the next call."""
        if isinstance(message, types.ToolListChangedNotification):
            self._listed_at = -RELIST_SECONDS


def _box(config: Mapping[str, Any], folder: Path) -> Box | None:
    """The program's sandbox, where it is to have one and there can be one."""
    network = config.get("network", True)
    if config.get("sandbox", True) and sandbox.works():
        return Box(folder, network)
    if not network:
        raise Fault("The program may not use the network, and without a sandbox it could: bubblewrap does not work.")
    return None


async def _all_tools(client: Client) -> list[listing.Listed]:
    found: list[listing.Listed] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = await client.list_tools(cursor=cursor, cache_mode="bypass")
        found += map(listing.listed, page.tools)
        cursor = page.next_cursor
        if cursor is None or len(found) > listing.MOST_TOOLS:
            break
    return found


async def _service(tool: Tool, stack: AsyncExitStack) -> Any:
    url, oauth = tool.config["url"], tool.config.get("sign_in") == "oauth"
    given = access.Credentials() if oauth else access.credentials(tool)
    client = httpx2.AsyncClient(
        transport=AsyncTransport(access.policy(tool, url), LARGEST_ANSWER),
        headers=[(name.encode(), value.encode()) for name, value in given.headers.items()],  # a key may be any text
        params=dict(given.query) or None,
        auth=Signed(tool.pk) if oauth else None,
        timeout=httpx2.Timeout(CONNECT_SECONDS, read=IDLE_SECONDS),
        event_hooks={"response": [_refusing(403) if oauth else _refusing(401, 403)]},
        trust_env=False,
    )
    return streamable_http_client(url, http_client=await stack.enter_async_context(client))


def _refusing(*statuses: int) -> Any:
    """Has a refusal end the connection with a sentence, where the library would guess."""

    async def look(response: httpx2.Response) -> None:
        forgotten = response.status_code == 404 and "mcp-session-id" in response.request.headers
        if response.status_code in statuses or forgotten:
            raise refused(response.status_code)

    return look
