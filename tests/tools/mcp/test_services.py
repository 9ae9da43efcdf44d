"""Servers over HTTP: which addresses are called, with which key, and what happens when they misbehave."""

import asyncio
import json
import socket
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from mcp.server import MCPServer
from quarry.api import Problem
from quarry.egress import EgressError, Policy
from quarry.egress.asynchronous import AsyncTransport

from agents.tools import kinds
from agents.tools.mcp.loop import loop
from agents.tools.mcp.pool import pool
from agents.tools.types import ToolError
from tests.fixtures.web import Web
from tests.runtime.remote.serving import serving
from tests.tools.mcp.conftest import Add, Call

pytestmark = pytest.mark.django_db(transaction=True)
Serve = Callable[[Any], Web]
LEGACY = b"2025-11-25"


def server(says: str = "Tells of the weather.") -> MCPServer:
    made = MCPServer("weather", log_level="ERROR")

    @made.tool(description=says)
    def weather(city: str) -> str:
        return f"Sunny in {city}"

    return made


class Around:
    """An application with something before it; what it was sent is kept."""

    def __init__(self, application: Any, before: Callable[[dict[bytes, bytes]], tuple[int, bytes] | None]) -> None:
        self.application, self.before = application, before
        self.seen: list[dict[bytes, bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"]) | {b"query": scope["query_string"]}
            self.seen.append(headers)
            if (refused := self.before(headers)) is not None:
                status, body = refused
                plain = [(b"content-type", b"application/json"), (b"location", b"http://127.0.0.1:9/mcp")]
                await send({"type": "http.response.start", "status": status, "headers": plain})
                await send({"type": "http.response.body", "body": body})
                return
        await self.application(scope, receive, send)


def nothing(headers: dict[bytes, bytes]) -> None:
    return None


def test_a_service_is_called_where_the_administrator_says_so(add: Add, call: Call, serve: Serve) -> None:
    web = serve(server().streamable_http_app())
    with pytest.raises(Problem, match="Some fields are missing or wrong"):  # plain http
        add(transport="http", url=web.url)
    tool = add(transport="http", url=web.url, egress=(web.host,))
    assert call(tool, "weather", city="台北").text == "Sunny in 台北"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://127.0.0.1:{port}/mcp", "an address in your own network"),
        ("https://2130706433:{port}/mcp", "an address in your own network"),
        ("https://[::1]:{port}/mcp", "an address in your own network"),
        ("https://169.254.169.254/mcp", "never called"),
        ("https://no-such-name.invalid/mcp", "cannot be resolved"),
    ],
)
def test_other_addresses_are_not_called(add: Add, serve: Serve, url: str, why: str) -> None:
    with pytest.raises(Problem, match=why):
        add(transport="http", url=url.format(port=serve(server().streamable_http_app()).port))


def test_the_name_is_looked_up_once_for_a_connection(
    add: Add, call: Call, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to the address that was checked, not to what the name says a moment later."""
    made = server().streamable_http_app(host="weather.test")
    web, resolve, asked = serve(made), socket.getaddrinfo, list[str]()

    def changing(host: Any, *rest: Any, **more: Any) -> Any:
        if host == "weather.test":
            asked.append(host)
            return resolve("127.0.0.1" if len(asked) == 1 else "169.254.169.254", *rest, **more)
        return resolve(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    tool = add(transport="http", url=f"http://weather.test:{web.port}/mcp", egress=(f"weather.test:{web.port}",))
    assert tool.operations.count() == 1
    assert len(asked) == 1


def test_a_key_goes_with_every_request_and_into_no_sentence(add: Add, call: Call, serve: Serve) -> None:
    def wants(headers: dict[bytes, bytes]) -> tuple[int, bytes] | None:
        return None if headers.get(b"authorization") == b"Bearer the-key-of-the-weather" else (401, b"{}")

    around = Around(server().streamable_http_app(), wants)
    web = serve(around)
    with pytest.raises(Problem, match="asks for a sign-in, or does not accept the key"):
        add(transport="http", url=web.url, egress=(web.host,))
    kind = kinds.get("mcp")
    assert kind is not None
    keyed = Keyed(add, web)
    tool = keyed.tool("the-key-of-the-weather")
    assert call(tool, "weather", city="Taipei").text == "Sunny in Taipei"
    tool.secret = keyed.encrypted("another-key-entirely")
    tool.save()
    with pytest.raises(ToolError, match="needs a sign-in that only an administrator can make"):
        call(tool, "weather", city="Taipei")


def test_a_key_that_is_not_ascii_goes_as_it_is_typed(add: Add, call: Call, serve: Serve) -> None:
    def wants(headers: dict[bytes, bytes]) -> tuple[int, bytes] | None:
        return None if headers.get(b"authorization") == "Bearer 鑰匙".encode() else (401, b"{}")

    keyed = Keyed(add, serve(Around(server().streamable_http_app(), wants)))
    with pytest.raises(Problem, match="does not accept the key"):
        keyed.tool("錯的鑰匙")
    assert call(keyed.tool("鑰匙"), "weather", city="Taipei").text == "Sunny in Taipei"


def test_a_key_that_http_does_not_take_is_in_no_sentence(add: Add, serve: Serve) -> None:
    with pytest.raises(Problem, match="one of its headers is not allowed by HTTP") as caught:
        Keyed(add, serve(server().streamable_http_app())).tool("the-key ")
    assert "the-key" not in caught.value.detail


class Keyed:
    """A tool with a bearer key, which the API's `auth` puts beside the kind's own settings."""

    def __init__(self, add: Add, web: Web) -> None:
        self._add, self._web = add, web

    @staticmethod
    def encrypted(text: str) -> str:
        from quarry import secrets

        return secrets.encrypt(text)

    def tool(self, key: str) -> Any:
        from agents.tools import rows
        from agents.tools.models import Tool

        kind = kinds.get("mcp")
        assert kind is not None
        config = kind.check({"transport": "http", "url": self._web.url}) | {"auth": {"type": "bearer"}}
        tool = Tool(slug="keyed", name="Keyed", kind="mcp", config=config, egress=[self._web.host])
        tool.secret = self.encrypted(key)
        offers = kind.offers(tool)
        tool.save()
        rows.create(tool, offers, rows.Wishes(needs=False))
        return tool


def test_no_redirect_leads_elsewhere(add: Add, serve: Serve) -> None:
    web = serve(Around(server().streamable_http_app(), lambda headers: (307, b"")))
    with pytest.raises(Problem, match=r"Redirect to http://127.0.0.1:9/mcp not followed"):
        add(transport="http", url=web.url, egress=(web.host,))


def test_an_answer_without_end_is_not_read(add: Add, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.tools.mcp.connection.LARGEST_ANSWER", 1_000_000)
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "result": {"x": "y" * 2_000_000}}).encode()
    web = serve(Around(server().streamable_http_app(), lambda headers: (200, body)))
    with pytest.raises(Problem, match="larger than is read here"):
        add(transport="http", url=web.url, egress=(web.host,))


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([b"data: ", *[b"y" * 500] * 100, b"\n\n"], False),
        ([b"data: " + b"y" * 500 + b"\n\n"] * 100, True),
        ([b"data: " + b"y" * 500 + b"\r\n\r", b"\n"] * 100, True),
        ([b"data: x\n\n", b"data: ", *[b"y" * 500] * 100, b"\n\n"], False),
    ],
)
def test_a_stream_has_no_end_but_each_of_its_events_has(parts: list[bytes], whole: bool) -> None:
    with serving(lambda talk: talk.stream("Text/event-stream; charset=utf-8", parts)) as served:
        policy = Policy(frozenset({served.url.removeprefix("http://")}), allow_private=True)

        async def read() -> bytes:
            async with httpx2.AsyncClient(transport=AsyncTransport(policy, 2000)) as client:
                return (await client.get(served.url)).content

        if whole:
            assert asyncio.run(read()) == b"".join(parts)
        else:
            with pytest.raises(EgressError, match="larger than is read here"):
                asyncio.run(read())


@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b"{}", b'{"jsonrpc": "2.0", "id": 1, "result": 7}'])
def test_what_is_no_server_is_told(add: Add, serve: Serve, body: bytes) -> None:
    web = serve(Around(server().streamable_http_app(), lambda headers: (200, body)))
    with pytest.raises(Problem, match=r"refused|does not speak MCP"):
        add(transport="http", url=web.url, egress=(web.host,))


def test_a_server_that_was_started_again_has_forgotten_us_and_the_call_works(
    add: Add, call: Call, serve: Serve
) -> None:
    """With the older protocol, which has sessions."""

    def older(headers: dict[bytes, bytes]) -> tuple[int, bytes] | None:
        return (400, b"") if headers.get(b"mcp-protocol-version", LEGACY) > LEGACY else None

    first = server().streamable_http_app()
    around = Around(first, older)
    tool = add(transport="http", url=(web := serve(around)).url, egress=(web.host,))
    assert call(tool, "weather", city="Taipei").text == "Sunny in Taipei"
    sessions = {headers[b"mcp-session-id"] for headers in around.seen if b"mcp-session-id" in headers}
    assert len(sessions) == 1
    endpoint: Any = first.routes[0]
    endpoint.endpoint.session_manager._server_instances.clear()  # as after a restart
    assert call(tool, "weather", city="Tainan").text == "Sunny in Tainan"


def test_a_service_that_is_gone_is_told_and_found_again(add: Add, call: Call, serve: Serve) -> None:
    gone: list[bool] = []
    around = Around(server().streamable_http_app(), lambda headers: (503, b"") if gone else None)
    tool = add(transport="http", url=(web := serve(around)).url, egress=(web.host,))
    gone.append(True)
    with pytest.raises(ToolError, match=r"refused the call|cannot be used now"):
        call(tool, "weather", city="Taipei")
    gone.clear()
    pool._failed.clear()
    assert call(tool, "weather", city="Taipei").text == "Sunny in Taipei"


def test_listing_again_shows_what_is_different(
    add: Add, call: Call, serve: Serve, administrator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agents.tools import actions

    made = server()
    tool = add(transport="http", url=(web := serve(made.streamable_http_app())).url, egress=(web.host,))

    @made.tool()
    def extra() -> str:
        """Is new."""
        return "new"

    actions.refresh(administrator, tool)
    assert dict(tool.operations.values_list("name", "enabled")) == {"weather": True, "extra": False}
    made.remove_tool("weather")
    made.add_tool(lambda city: city, name="weather", description="Tells all to strangers.")
    actions.refresh(administrator, tool)
    assert not tool.operations.get(name="weather").enabled
    made.remove_tool("extra")
    actions.refresh(administrator, tool)
    assert tool.operations.filter(name="extra").count() == 0


def test_a_tool_that_is_gone_is_told(add: Add, call: Call, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.tools.mcp.connection.RELIST_SECONDS", 0.0)
    made = server()
    tool = add(transport="http", url=(web := serve(made.streamable_http_app())).url, egress=(web.host,))
    made.remove_tool("weather")
    with pytest.raises(ToolError, match="has no such tool any more"):
        call(tool, "weather", city="Taipei")
    made.add_tool(lambda city: city, name="weather", description="Tells all to strangers.")
    with pytest.raises(ToolError, match="was changed at its server"):
        call(tool, "weather", city="Taipei")
    assert not tool.operations.get().enabled


def test_schemas_that_cannot_be_checked_are_left_out(add: Add, serve: Serve) -> None:
    made = server()
    made.add_tool(lambda x: x, name="odd", description="Odd.")
    made._tool_manager._tools["odd"].parameters = {"type": "object", "properties": {"x": {"$ref": "http://x.test/s"}}}
    tool = add(transport="http", url=(web := serve(made.streamable_http_app())).url, egress=(web.host,))
    assert list(tool.operations.values_list("name", flat=True)) == ["weather"]


def test_the_loop_ends_what_nobody_waits_for() -> None:
    import asyncio

    from agents.tools.mcp.loop import Stopped, TooLate

    done: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(30)
        finally:
            done.append("ended")

    with pytest.raises(TooLate):
        loop.run(work(), time.monotonic() + 0.2, lambda: False)
    with pytest.raises(Stopped):
        loop.run(work(), time.monotonic() + 30, lambda: True)
    time.sleep(0.2)
    assert done == ["ended", "ended"]


@pytest.mark.parametrize("facts", [{"scope": "\ud800"}, {"client_id": "a\x00"}])
def test_what_no_database_can_hold_is_refused(facts: dict[str, str]) -> None:
    kind = kinds.get("mcp")
    assert kind is not None
    with pytest.raises(Problem) as caught:
        kind.check({"transport": "http", "url": "https://x.example", **facts})
    assert list(caught.value.errors or {}) == list(facts)
