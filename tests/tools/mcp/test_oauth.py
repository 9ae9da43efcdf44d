"""An administrator signs in to a service that asks for it: a real authorisation server, by the official library."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.core.cache import cache
from quarry import secrets
from quarry.api import Problem
from rest_framework.test import APIClient

from agents.tools import actions
from agents.tools.mcp.oauth import discovery
from agents.tools.models import Tool
from agents.tools.types import ToolError
from apps.accounts.models import User
from apps.audit.models import Event
from tests.embedded.running import free_port
from tests.fixtures.sign_in_service import Provider, application
from tests.fixtures.web import Web
from tests.runtime.remote.serving import serving
from tests.tools.mcp.conftest import Call

pytestmark = pytest.mark.django_db(transaction=True)
ClientFor = Callable[..., APIClient]
PATH = "/api/v1/tools/leave"
LISTED = "You are signed in, and the service's operations are listed."
UNKNOWN = "This sign-in was not begun here, or too long ago. Begin it again."


class Service(NamedTuple):
    """A server with a sign-in, at a port."""

    provider: Provider
    web: Web


@pytest.fixture
def service(serve: Callable[..., Web]) -> Service:
    provider, port = Provider(), free_port()
    return Service(provider, serve(application(port, provider), port))


@pytest.fixture
def tool(service: Service, transactional_db: None, administrator: User) -> Tool:
    body = {"name": "Leave", "slug": "leave", "kind": "mcp", "transport": "http", "url": service.web.url}
    return actions.create(administrator, body | {"sign_in": "oauth", "egress": {"allow": [service.web.host]}})


def signed_in(client: APIClient, tool: Tool) -> Any:
    """What a browser does: to the service, which agrees, and back with what it gave."""
    begun = client.post(f"/api/v1/tools/{tool.slug}/oauth")
    assert begun.status_code == 200, begun.json()
    back = httpx.get(begun.json()["url"], follow_redirects=False)
    assert back.status_code == 302, back.text
    return client.get(urlsplit(back.headers["location"]).path, dict(returned(back)))


def returned(answer: httpx.Response) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def came_of_it(client: APIClient) -> tuple[bool, str]:
    """What the page of the tool says when one is back."""
    facts = client.get("/api/v1/tools/leave/oauth").json()
    return facts["ok"], facts["detail"]


def test_sign_in_and_call(tool: Tool, service: Service, administrator: User, client_for: ClientFor, call: Call) -> None:
    [waiting] = tool.operations.all()
    assert (waiting.name, waiting.enabled) == ("sign-in", False)
    answer = signed_in(client_for(administrator), tool)
    assert (answer.status_code, answer["Location"]) == (302, "/administration/tools/leave?signed-in")
    assert came_of_it(client_for(administrator)) == (
        True,
        "You are signed in, and the service's operations are listed.",
    )
    tool.refresh_from_db()
    [operation] = tool.operations.all()
    assert (operation.name, operation.enabled) == ("days", True)
    assert call(tool, "days", employee="Emma").text == "7"
    [client] = service.provider.clients.values()
    assert str((client.redirect_uris or [None])[0]) == "http://testserver/api/v1/tools/leave/oauth/callback"


def test_tokens_are_encrypted_and_nowhere_else(
    tool: Tool, service: Service, administrator: User, client_for: ClientFor
) -> None:
    client = client_for(administrator)
    signed_in(client, tool)
    tool.refresh_from_db()
    [access] = service.provider.tokens
    assert access in secrets.decrypt(tool.secret)
    shown = client.get("/api/v1/tools/leave").content.decode()
    rows = str(list(Tool.objects.values())) + str(list(Event.objects.values()))
    for secret in (access, *service.provider.refreshes):
        assert secret not in shown + rows
    names = set(Event.objects.values_list("action", flat=True))
    assert {"tool.sign_in_begin", "tool.sign_in", "tool.refresh"} <= names


def test_a_token_that_has_run_out_is_renewed_once_for_all(
    tool: Tool, service: Service, administrator: User, client_for: ClientFor, call: Call
) -> None:
    signed_in(client_for(administrator), tool)
    service.provider.tokens.clear()  # the service does not know it any more
    tool.refresh_from_db()
    assert call(tool, "days", employee="Emma").text == "7"
    assert service.provider.refreshed == 1
    tool.refresh_from_db()
    tool.config["oauth"]["expires_at"] = time.time() - 1  # and now it says when it ends
    tool.save()
    assert call(tool, "days", employee="Emma").text == "7"
    assert service.provider.refreshed == 2


def test_a_token_that_is_renewed_while_the_tool_is_changed_stays(
    tool: Tool, service: Service, administrator: User, client_for: ClientFor, call: Call
) -> None:
    client = client_for(administrator)
    signed_in(client, tool)
    for change in (
        lambda: client.patch(PATH, {"scope": "", "name": "Days off"}),
        lambda: client.post(f"{PATH}/refresh"),
    ):
        service.provider.tokens.clear()  # the service does not know it any more
        assert change().status_code == 200
        [access] = service.provider.tokens
        tool.refresh_from_db()
        assert access in secrets.decrypt(tool.secret)
    assert (tool.name, call(tool, "days", employee="Emma").text) == ("Days off", "7")


def test_without_a_way_back_the_administrator_is_asked(
    tool: Tool, service: Service, administrator: User, client_for: ClientFor, call: Call
) -> None:
    signed_in(client_for(administrator), tool)
    service.provider.tokens.clear()
    service.provider.refreshes.clear()
    tool.refresh_from_db()
    with pytest.raises(ToolError, match="needs a sign-in that only an administrator can make"):
        call(tool, "days", employee="Emma")
    assert signed_in(client_for(administrator), tool).status_code == 302
    tool.refresh_from_db()
    assert call(tool, "days", employee="Emma").text == "7"


def test_a_sign_in_is_good_once_and_for_who_began_it(
    tool: Tool, administrator: User, employee: User, client_for: ClientFor
) -> None:
    client = client_for(administrator)
    back = httpx.get(client.post("/api/v1/tools/leave/oauth").json()["url"], follow_redirects=False)
    answer, path = returned(back), "/api/v1/tools/leave/oauth/callback"
    other = User.objects.create_user("other@example.test", "a-good-password", name="Otto", role="administrator")
    assert client_for(employee).get(path, answer).status_code == 403
    assert client.get("/api/v1/tools/leave/oauth").status_code == 404
    for somebody, tried in (
        (client, answer | {"state": "made-up"}),
        (client_for(other), answer),  # and that it is over now
        (client, answer),
    ):
        assert somebody.get(path, tried)["Location"] == "/administration/tools/leave?signed-in"
        assert came_of_it(somebody) == (False, UNKNOWN)
    assert signed_in(client, tool).status_code == 302
    assert came_of_it(client)[0]
    assert came_of_it(client_for(other)) == (False, UNKNOWN)  # theirs did not


def test_a_sign_in_ends_where_it_was_begun_for(tool: Tool, administrator: User, client_for: ClientFor) -> None:
    client = client_for(administrator)
    back = httpx.get(client.post(f"{PATH}/oauth").json()["url"], follow_redirects=False)
    Tool.objects.filter(pk=tool.pk).update(config=tool.config | {"url": "https://elsewhere.example/mcp"})
    client.get(f"{PATH}/oauth/callback", returned(back))
    assert came_of_it(client) == (False, UNKNOWN)
    tool.refresh_from_db()
    assert not tool.secret


def test_a_tool_that_moves_forgets_its_sign_in(
    tool: Tool, administrator: User, client_for: ClientFor, serve: Callable[..., Web]
) -> None:
    client, provider, port = client_for(administrator), Provider(), free_port()
    signed_in(client, tool)
    elsewhere = serve(application(port, provider), port)
    facts = {"url": elsewhere.url, "egress": {"allow": [*tool.egress, elsewhere.host]}}
    moved = client.patch(PATH, facts)
    assert (moved.status_code, moved.json()["has_secret"]) == (200, False)
    assert [each["name"] for each in moved.json()["operations"]] == ["sign-in"]
    assert signed_in(client, tool).status_code == 302
    assert (came_of_it(client)[0], len(provider.tokens)) == (True, 1)


def test_the_answer_must_come_from_the_server_that_was_asked(
    tool: Tool, administrator: User, client_for: ClientFor
) -> None:
    client = client_for(administrator)
    back = httpx.get(client.post("/api/v1/tools/leave/oauth").json()["url"], follow_redirects=False)
    client.get("/api/v1/tools/leave/oauth/callback", returned(back) | {"iss": "https://evil.example.test"})
    assert came_of_it(client) == (False, "The answer comes from another sign-in server.")


def test_a_refusal_of_the_service_is_told_in_the_reader_s_language(
    tool: Tool, administrator: User, client_for: ClientFor
) -> None:
    client = client_for(administrator)
    back = httpx.get(client.post("/api/v1/tools/leave/oauth").json()["url"], follow_redirects=False)
    answer = {"error": "access_denied", "state": returned(back)["state"]}
    assert client.get("/api/v1/tools/leave/oauth/callback", answer).status_code == 302
    assert came_of_it(client) == (False, "The service refused the sign-in.")
    chinese = client.get("/api/v1/tools/leave/oauth", headers={"accept-language": "zh-TW"}).json()
    assert chinese["detail"] == "服務拒絕了這次登入。"
    tool.refresh_from_db()
    assert not tool.secret


def test_a_service_that_never_comes_to_an_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte after byte, each in good time: a refresh would hold the tool's row for as long."""
    monkeypatch.setattr(discovery, "SECONDS", 0.5)

    def dripping() -> Iterator[bytes]:
        while True:
            time.sleep(0.1)
            yield b" "

    with serving(lambda talk: talk.stream("application/json", dripping())) as served:
        tool = Tool(config={"url": served.url}, egress=[served.url.removeprefix("http://")])
        started = time.monotonic()
        with pytest.raises(Problem, match="did not answer in time"):
            discovery.request(tool, "GET", served.url)
        assert time.monotonic() - started < 3


def test_one_is_sent_to_no_server_that_nobody_has_allowed(
    administrator: User, client_for: ClientFor, serve: Any
) -> None:
    """The service may name any server for the sign-in; we go there only when an administrator says so."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        described = scope["path"].startswith("/.well-known/oauth-protected-resource")
        facts = {"resource": web.url, "authorization_servers": ["http://169.254.169.254"]}
        plain = [(b"content-type", b"application/json"), (b"www-authenticate", b"Bearer")]
        await send({"type": "http.response.start", "status": 200 if described else 401, "headers": plain})
        await send({"type": "http.response.body", "body": json.dumps(facts if described else {}).encode()})

    web, client = serve(application), client_for(administrator)
    config = {"transport": "http", "url": web.url, "sign_in": "oauth"}
    tool = Tool.objects.create(slug="sly", name="Sly", kind="mcp", config=config, egress=[web.host])
    answer = client.post("/api/v1/tools/sly/oauth")
    assert answer.status_code == 400
    assert "One signs in to this service at 169.254.169.254:80" in answer.json()["detail"]
    tool.egress = [web.host, "169.254.169.254:80"]
    tool.save()
    assert "never called" in client.post("/api/v1/tools/sly/oauth").json()["detail"]


def test_a_tool_without_a_sign_in_has_none(administrator: User, client_for: ClientFor) -> None:
    tool = Tool.objects.create(slug="plain", name="Plain", kind="mcp", config={"transport": "http", "url": "x"})
    assert client_for(administrator).post(f"/api/v1/tools/{tool.slug}/oauth").status_code == 409


@pytest.fixture(autouse=True)
def forgotten() -> Any:
    yield
    cache.clear()
