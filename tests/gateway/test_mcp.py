"""Quarry as other programs' MCP server: the official client, a real web server, a real worker."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent
from quarry import runtime

from agents.assistants import actions as assistants
from agents.loop import question as loop
from agents.loop.composer import Composer
from agents.models import Run
from apps.accounts.actions import create_api_key
from apps.accounts.models import Group, User
from apps.audit.models import Event
from apps.knowledge.models import DIMENSION, Collection, Document
from tests.embedded.running import until
from tests.gateway.test_assistant import scripted
from tests.knowledge.conftest import SPACE, encode

__all__ = ["scripted"]
pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[Client], Coroutine[Any, Any, Any]]
VERSIONS = {"auto": "2026-07-28", "legacy": "2025-11-25"}
HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own encoder behind the runtime's door: what is tried here is who finds what, not how well."""
    monkeypatch.setattr(runtime, "embed", encode)
    monkeypatch.setattr(runtime, "embedding_space", lambda: (SPACE, DIMENSION))


@pytest.fixture
def address(url: str) -> str:
    return url.removesuffix("/v1") + "/mcp"


@asynccontextmanager
async def connected(address: str, key: str, mode: Any = "auto", **headers: str) -> AsyncIterator[Client]:
    """The official client with a key."""
    given = {"Authorization": f"Bearer {key}", **headers}
    async with (
        httpx2.AsyncClient(headers=given, timeout=60) as http,
        Client(streamable_http_client(address, http_client=http), mode=mode, cache=None) as client,
    ):
        yield client


def with_client(address: str, key: str, work: Work, mode: Any = "auto", **headers: str) -> Any:
    async def run() -> Any:
        async with connected(address, key, mode, **headers) as client:
            try:
                return await asyncio.wait_for(work(client), 60)
            except MCPError as error:  # raised further out it would come in a group of one
                return error

    found = asyncio.run(run())
    if isinstance(found, MCPError):
        raise found
    return found


def called(name: str, **arguments: Any) -> Work:
    return lambda client: client.call_tool(name, arguments)


def text(result: CallToolResult) -> str:
    return "\n".join(each.text for each in result.content if isinstance(each, TextContent))


def names(address: str, key: str, mode: str = "auto") -> set[str]:
    listed = with_client(address, key, lambda client: client.list_tools(), mode)
    return {tool.name for tool in listed.tools}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_both_eras_of_the_protocol(address: str, key: str, library: Document, door: None, mode: str) -> None:
    async def work(client: Client) -> Any:
        assert client.server_info is not None
        said = client.protocol_version, client.server_info.name, client.instructions
        return said, await client.list_tools(), await client.call_tool("search", {"query": "days of leave"})

    (version, name, instructions), listed, found = with_client(address, key, work, mode)
    assert (version, name) == (VERSIONS[mode], "quarry")
    assert "own documents" in instructions
    tools = {tool.name: tool for tool in listed.tools}
    assert {"search", "read_document", "list_collections"} <= tools.keys()
    assert tools["search"].annotations.read_only_hint
    assert found.structured_content["results"][0]["title"] == "House rules"
    assert "seven days of leave" in text(found)


def test_reading_and_listing(address: str, key: str, library: Document) -> None:
    listed = with_client(address, key, called("list_collections"))
    assert [(each["name"], each["documents"]) for each in listed.structured_content["collections"]] == [("House", 1)]
    read = with_client(address, key, called("read_document", document="House rules", offset=6))
    assert "characters 6 to" in text(read)
    assert read.structured_content["document_id"] == str(library.pk)
    missing = with_client(address, key, called("read_document", document="Plans"))
    assert missing.is_error
    assert "There is no document 'Plans'" in text(missing)


def test_collections_come_in_pages(address: str, key: str, library: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Basalt", "Cellar"):
        Collection.objects.create(name=name, visibility="everyone")
    monkeypatch.setattr("apps.gateway.mcp.tools.MOST_COLLECTIONS", 2)
    first = with_client(address, key, called("list_collections"))
    assert text(first).endswith("\n[There are more: page 2.]")
    second = with_client(address, key, called("list_collections", page=first.structured_content["next_page"]))
    assert "There are more" not in text(second)
    assert "next_page" not in second.structured_content
    pages = [*first.structured_content["collections"], *second.structured_content["collections"]]
    assert [each["name"] for each in pages] == ["Basalt", "Cellar", "House"]
    assert (
        text(with_client(address, key, called("list_collections", page=3))) == "There are no collections on this page."
    )


def test_what_a_person_may_not_read_is_not_there(
    address: str, administrator: User, stranger: User, shelve: Any, door: None
) -> None:
    group = Group.objects.create(name="Board")
    closed = Collection.objects.create(name="Closed", visibility="groups", created_by=administrator)
    closed.groups.add(group)
    plans = shelve(closed, "The merger with Basalt is planned for May.", title="Plans")
    outside, inside = create_api_key(None, stranger, "t")[1], create_api_key(None, administrator, "t")[1]
    search = called("search", query="merger Basalt")
    assert with_client(address, outside, search).structured_content["results"] == []
    assert with_client(address, inside, search).structured_content["results"][0]["title"] == "Plans"
    assert with_client(address, outside, called("read_document", document=str(plans.pk))).is_error
    assert with_client(address, outside, called("list_collections")).structured_content == {"collections": []}
    named = with_client(address, outside, called("search", query="merger", collections=["Closed"]))
    assert text(named) == "There is no such collection, or you may not read it."
    group.members.add(stranger)
    assert with_client(address, outside, search).structured_content["results"][0]["title"] == "Plans"
    assert (
        Event.objects.filter(action="search", actor_email=stranger.email).exists()
        or Event.objects.filter(actor_email=stranger.email).exists()
    )


def test_a_key_opens_what_its_scopes_name(address: str, employee: User, worker: runtime.ModelInfo) -> None:
    def offered(*scopes: str) -> set[str]:
        return names(address, create_api_key(None, employee, "t", scopes)[1])

    reading = {"search", "read_document", "list_collections"}
    assert offered("read") == reading
    assert "ask_quarry" in offered("chat")
    assert not offered("chat") & reading
    assert offered("read", "chat") > reading
    refused = post(address, create_api_key(None, employee, "t", ["write"])[1])
    assert refused.status_code == 403
    with pytest.raises(MCPError, match="no tool 'search'"):
        with_client(address, create_api_key(None, employee, "t", ["chat"])[1], called("search", query="x"))


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_assistant_answers_with_its_sources_and_tells_how_far_it_is(
    address: str, key: str, library: Document, worker: runtime.ModelInfo, scripted: None, mode: str
) -> None:
    heard: list[str | None] = []

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message)

    async def work(client: Client) -> CallToolResult:
        asked = {"question": "When do unused days of leave expire?", "collections": ["House"]}
        return await client.call_tool("ask_quarry", asked, progress_callback=progress)

    answer = with_client(address, key, work, mode)
    assert text(answer).startswith("Unused days of leave expire in March [1].\n\nSources:\n[1] House rules")
    [citation] = answer.structured_content["citations"]
    assert citation["document_id"] == str(library.pk)
    assert any(message and "completed" in message for message in heard)
    run = Run.objects.get()
    assert str(run.pk) == answer.structured_content["run"]
    assert Event.objects.get(action="completion.ask").ip == "127.0.0.1"


def test_assistants_are_offered_to_those_who_may_use_them(
    address: str, key: str, employee: User, administrator: User, worker: runtime.ModelInfo
) -> None:
    content = {"name": "Plans", "purpose": "Knows the plans"}
    made = assistants.create(administrator, "big-plans", content, {"restricted": True})
    assert "ask_big_plans" not in names(address, key)
    group = Group.objects.create(name="Board")
    group.members.add(employee)
    made.groups.add(group)
    assert "ask_big_plans" in names(address, key)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_program_that_cancels_stops_the_run(
    address: str, key: str, library: Document, worker: runtime.ModelInfo, monkeypatch: Any, mode: str
) -> None:
    monkeypatch.setattr(loop, "MOST_TOKENS", 100_000)
    monkeypatch.setattr(Composer, "feed", lambda self, text: text)  # the tiny model goes on for ever

    async def work(client: Client) -> None:
        asking = asyncio.create_task(client.call_tool("ask_quarry", {"question": "When does leave expire?"}))
        await asyncio.to_thread(until, lambda: Run.objects.filter(status="running").exists())
        asking.cancel()
        await asyncio.wait({asking})

    with_client(address, key, work, mode)
    until(lambda: Run.objects.get().status == "cancelled")


def test_wrong_arguments_are_told_in_the_answer(address: str, key: str) -> None:
    for arguments in ({}, {"query": ""}, {"query": "x", "limit": 1000}, {"query": "x", "more": 1}):
        found = with_client(address, key, called("search", **arguments))
        assert found.is_error
        assert text(found)
    with pytest.raises(MCPError, match="no tool 'drop'"):
        with_client(address, key, called("drop"))


def post(address: str, key: str = "", body: Any = PING, **headers: str) -> httpx.Response:
    given = HEADERS | ({"Authorization": f"Bearer {key}"} if key else {}) | headers
    content = body if isinstance(body, bytes) else json.dumps(body)
    return httpx.post(address, content=content, headers=given, timeout=30)


def test_nobody_comes_in_without_a_key(address: str, key: str, client_for: Any, employee: User) -> None:
    for refused in (post(address), post(address, "qk_made_up"), httpx.get(address), httpx.delete(address)):
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == 'Bearer realm="quarry"'
        assert refused.json()["error"]["data"]["status"] == 401
    chinese = post(address, "qk_made_up", **{"Accept-Language": "zh-Hant"})
    assert chinese.json()["error"]["message"] == "API 金鑰不存在，或已撤銷。"
    employee.is_active = False
    employee.save()
    assert post(address, key).status_code == 401


def test_pages_of_other_sites_and_other_names_are_refused(address: str, key: str, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    assert post(address, key, Host="evil.example.test").status_code == 421
    assert post(address, key, Origin="https://evil.example.test").status_code == 403
    assert post(address, key, Origin="null").status_code == 403
    assert post(address, key, Origin="http://[").status_code == 403
    own = "http://" + address.split("/")[2]
    assert post(address, key, Origin=own).status_code not in (401, 403, 421)
    settings.CSRF_TRUSTED_ORIGINS = ["https://tools.example.test"]
    assert post(address, key, Origin="https://tools.example.test").status_code not in (401, 403, 421)


def test_a_session_belongs_to_its_key(address: str, key: str, stranger: User) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }
    opened = post(address, key, hello)
    session = opened.headers["mcp-session-id"]
    assert '"protocolVersion":"2025-06-18"' in opened.text
    other = create_api_key(None, stranger, "t")[1]
    same = create_api_key(None, User.objects.get(email="emma@example.test"), "t")[1]
    for wrong in (other, same):
        assert post(address, wrong, PING, **{"Mcp-Session-Id": session}).status_code == 404
    assert post(address, key, PING, **{"Mcp-Session-Id": session}).status_code == 200
    assert post(address, key, PING, **{"Mcp-Session-Id": "made-up"}).status_code == 404
    ended = httpx.delete(address, headers={"Authorization": f"Bearer {key}", "Mcp-Session-Id": session})
    assert ended.status_code == 200
    assert post(address, key, PING, **{"Mcp-Session-Id": session}).status_code == 404


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"[]", {}, 400),
        (b'{"jsonrpc": "1.0"}', {}, 400),
        (b"[" * 100_000, {}, 400),
        (b'"\xff"', {}, 400),
        (b"{}", {"Content-Type": "text/plain"}, 400),
        (b"{}", {"Accept": "text/html"}, 406),
        (b"{}", {"MCP-Protocol-Version": "1999-01-01"}, 400),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}', {"MCP-Protocol-Version": "2026-07-28"}, 400),
        (b'"' + b"x" * 2_000_000 + b'"', {}, 413),
        (b'"' + b"x" * 9_000_000 + b'"', {}, 413),
    ],
)
def test_what_is_no_message_is_refused(address: str, key: str, body: bytes, headers: Any, status: int) -> None:
    assert post(address, key, body, **headers).status_code == status
    assert post(address, key, body, **headers, **{"Mcp-Session-Id": "x"}).status_code >= 400


def test_other_methods_and_neighbours(address: str, key: str) -> None:
    assert httpx.put(address, headers={"Authorization": f"Bearer {key}"}).status_code == 405
    assert httpx.get(address.replace("/mcp", "/.well-known/oauth-protected-resource")).status_code == 404
    schema = address.replace("/mcp", "/api/v1/schema")
    paths = httpx.get(schema, headers={"Accept": "application/json"}, timeout=60).json()["paths"]
    assert set(paths["/mcp"]) == {"post", "get", "delete"}
    assert httpx.get(address.replace("/mcp", "/healthz")).status_code == 200
