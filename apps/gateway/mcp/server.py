"""The protocol, by the official library: both of its eras, sessions where a client wants one, progress and cancel."""

import asyncio
import logging
from typing import Any

import mcp_types as types
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from quarry import __version__
from quarry.api.problem import Problem, problem_of
from quarry.text import storable
from quarry.web.body_limit import Receive, Scope, Send

from agents.tools import schemas
from agents.tools.types import ToolError
from apps.gateway.mcp import tools
from apps.gateway.mcp.caller import Caller

LARGEST_REQUEST = 1024 * 1024
MOST_SESSIONS, IDLE_SECONDS = 2000, 900.0
CALLER = "quarry.caller"  # where the request carries it
INSTRUCTIONS = """Answers from this company's own documents, as far as the owner of the key may read them. Ask an \
assistant (ask_...) for an answer with its sources; use search and read_document to look for yourself."""
logger = logging.getLogger(__name__)
Context = ServerRequestContext[Any, Any]


class Running:
    """The server within one event loop."""

    def __init__(self, manager: StreamableHTTPSessionManager, task: asyncio.Task[None]) -> None:
        self._manager, self._task = manager, task

    async def handle(self, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. A session belongs to the key that opened it; whoever comes with another finds none."""
        token = AccessToken(token="", client_id=str(caller.key.pk), scopes=[], subject=str(caller.person.pk))
        scope = {**scope, "user": AuthenticatedUser(token), CALLER: caller}
        await self._manager.handle_request(scope, receive, send)  # type: ignore[arg-type]


async def start() -> Running:
    """Runs the library's manager in a task of its own, which ends with the loop."""
    server: Server[Any] = Server(
        "quarry",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=_list_tools,
        on_call_tool=_call_tool,
    )
    manager = StreamableHTTPSessionManager(
        server,
        max_request_body_size=LARGEST_REQUEST,
        max_sessions=MOST_SESSIONS,
        session_idle_timeout=IDLE_SECONDS,
    )
    ready = asyncio.Event()
    task = asyncio.create_task(_keep(manager, ready), name="mcp server")
    await ready.wait()
    return Running(manager, task)


async def _keep(manager: StreamableHTTPSessionManager, ready: asyncio.Event) -> None:
    async with manager.run():
        ready.set()
        await asyncio.Event().wait()


def _caller(context: Context) -> Caller:
    """Whose request this is: of a session each has its own, with a key that was looked at just now."""
    if context.request is None:
        raise MCPError(types.INVALID_REQUEST, "This message came without a request.")
    caller: Caller = context.request.scope[CALLER]
    return caller


async def _list_tools(context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
    caller = _caller(context)
    found = await caller.do(lambda: tools.offered(caller))
    return types.ListToolsResult(tools=[tool.described for tool in found])


async def _call_tool(context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
    """What goes wrong with the call itself is told in the answer, where the caller's model reads it."""
    caller = _caller(context)
    found = {tool.described.name: tool for tool in await caller.do(lambda: tools.offered(caller))}
    tool = found.get(params.name)
    if tool is None:
        raise MCPError(types.INVALID_PARAMS, f"There is no tool {params.name[:100]!r}.")
    try:
        arguments = storable(params.arguments or {})
        schemas.refuse(tool.described.input_schema, arguments)
        text, data = await tool.call(caller, arguments, context.session.report_progress)
    except ToolError as error:
        return _failed(str(error))
    except Exception as error:
        problem = problem_of(error)
        if problem.status >= 500 and not isinstance(error, Problem):
            logger.exception("The tool %s failed", params.name)
        return _failed(await caller.do(lambda: str(problem.body()["detail"])))
    return types.CallToolResult(content=[types.TextContent(text=text)], structured_content=data)


def _failed(text: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=text)], is_error=True)
