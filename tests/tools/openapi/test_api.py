"""HTTP services as tools, over the administration's API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from agents.tools.models import Tool
from apps.accounts.models import User
from tests.fixtures.leave_service import KEY, LeaveService, leave_service
from tests.runtime.remote.serving import Talk, serving

TOOLS = "/api/v1/tools"
AUTH = {"type": "bearer", "value": KEY}


@pytest.fixture
def service() -> Iterator[LeaveService]:
    with leave_service() as running:
        yield running


@pytest.fixture
def client(client_for: Any, administrator: User) -> APIClient:
    made: APIClient = client_for(administrator, "admin")
    return made


def body(service: LeaveService, **more: Any) -> dict[str, Any]:
    facts = {"name": "Leave", "kind": "openapi", "document": service.document, "auth": AUTH}
    return facts | {"egress": {"allow": [service.place]}} | more


def post(client: APIClient, facts: dict[str, Any]) -> Any:
    return client.post(TOOLS, facts, format="json")


def refused(client: APIClient, facts: dict[str, Any]) -> dict[str, Any]:
    answer = post(client, facts)
    assert answer.status_code == 400, answer.content
    assert not Tool.objects.filter(kind="openapi").exists()
    errors: dict[str, Any] = answer.json()["errors"]
    return errors


def test_a_document_becomes_a_tool_that_can_be_tested(client: APIClient, service: LeaveService) -> None:
    answer = post(client, body(service, needs_approval=["bookLeave"]))
    assert answer.status_code == 201, answer.content
    tool = answer.json()
    asks = {each["name"]: each["needs_approval"] for each in tool["operations"]}
    assert asks == {
        **dict.fromkeys(("getBalance", "listBookings", "getBooking", "cancelLeave"), "never"),
        "bookLeave": "always",
    }
    assert tool["settings"]["server"] == f"{service.url}/api"
    assert "document" not in tool["settings"]
    assert KEY not in answer.content.decode()
    tried = client.post(
        f"{TOOLS}/{tool['slug']}/test", {"operation": "getBalance", "arguments": {"employee": "emma"}}, format="json"
    )
    assert tried.json()["ok"] is True
    assert json.loads(tried.json()["text"])["remaining"] == 7


def test_a_key_that_comes_later_does_not_travel_in_the_open_either(client: APIClient, service: LeaveService) -> None:
    facts = body(service, base_url="http://plain.example", auth=None, egress={"allow": []})
    slug = post(client, facts).json()["slug"]
    answer = client.patch(f"{TOOLS}/{slug}", {"auth": AUTH}, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["base_url"])
    moved = client.patch(f"{TOOLS}/{slug}", {"auth": AUTH, "base_url": "https://safe.example"}, format="json")
    assert (moved.status_code, moved.json()["has_secret"]) == (200, True)
    ours = client.patch(
        f"{TOOLS}/{slug}",
        {"auth": AUTH, "base_url": "http://plain.example", "egress": {"allow": ["plain.example:80"]}},
        format="json",
    )
    assert ours.status_code == 200
    opened = client.patch(f"{TOOLS}/{slug}", {"egress": {"allow": []}}, format="json")
    assert (opened.status_code, list(opened.json()["errors"])) == (400, ["base_url"])
    assert Tool.objects.get(slug=slug).egress == ["plain.example:80"]


def test_what_no_database_can_hold_is_left_out_of_a_document(client: APIClient, service: LeaveService) -> None:
    document = service.document
    document["info"]["title"], document["info"]["x-half"] = "Le\x00ave", "\ud800"
    parameters = [{"name": "q\x00", "in": "query", "schema": {"type": "string"}}]
    document["paths"]["/n\x00w"] = {"get": {"operationId": "n\x00ew", "parameters": parameters}}
    document["paths"]["/far\x00"] = {"$ref": "far\x00.yaml"}
    answer = post(client, body(service, document=json.dumps(document)))
    assert answer.status_code == 201
    assert (answer.json()["settings"]["title"], list(answer.json()["settings"]["left_out"])) == ("Leave", ["/far"])
    [new] = [each for each in answer.json()["operations"] if each["name"] == "new"]
    assert list(new["parameters"]["properties"]) == ["q"]


@pytest.mark.parametrize("text", ["json", "yaml"])
def test_a_document_may_be_pasted_as_text(client: APIClient, service: LeaveService, text: str) -> None:
    import yaml

    pasted = json.dumps(service.document) if text == "json" else yaml.safe_dump(service.document)
    assert len(post(client, body(service, document=pasted)).json()["operations"]) == 5


def test_a_document_is_fetched_from_its_address(client: APIClient, service: LeaveService) -> None:
    facts = body(service, url=f"{service.url}/openapi.json")
    del facts["document"]
    answer = post(client, facts)
    assert answer.status_code == 201, answer.content
    assert len(answer.json()["operations"]) == 5
    assert "authorization" not in service.received[0].headers


def test_of_a_document_with_too_many_operations_a_part_is_chosen_by_its_paths(
    client: APIClient, service: LeaveService
) -> None:
    document = service.document
    document["paths"] |= {f"/rooms/{number}": {"get": {"operationId": f"room{number}"}} for number in range(500)}
    assert "Name those that are needed in “paths”" in refused(client, body(service, document=document))["paths"][0]
    tool = post(client, body(service, document=document, paths=["/rooms/49", "/rooms/7"])).json()
    assert len(tool["operations"]) == 11 + 111 - 100
    assert tool["settings"]["paths"] == ["/rooms/49", "/rooms/7"]
    again = client.post(f"{TOOLS}/{tool['slug']}/refresh").json()
    assert [each["enabled"] for each in again["operations"]] == [True] * 22
    more = client.patch(f"{TOOLS}/{tool['slug']}", {"paths": ["/rooms/49", "/room/"]}, format="json")
    assert more.json()["errors"] == {"paths": ["No path of the document begins with /room/."]}
    fewer = client.patch(f"{TOOLS}/{tool['slug']}", {"paths": ["/rooms/49"]}, format="json").json()
    assert len(fewer["operations"]) == 11


@pytest.mark.parametrize("paths", ["/rooms", ["rooms"], [1], ["/a\x00"], ["/a"] * 101])
def test_paths_that_are_none_are_told(client: APIClient, service: LeaveService, paths: Any) -> None:
    assert list(refused(client, body(service, paths=paths))) == ["paths"]


def test_what_the_document_offers_beside_is_named(client: APIClient, service: LeaveService) -> None:
    document = service.document
    document["paths"]["/export"] = {"$ref": "export.yaml"}
    tool = post(client, body(service, document=document)).json()
    assert tool["settings"]["left_out"] == {
        "/export": "It refers to another document (export.yaml); give the document in one piece."
    }


@pytest.mark.parametrize(
    ("more", "field", "why"),
    [
        ({"document": None}, "document", "Give either"),
        ({"url": "https://x.example/openapi.json"}, "document", "Give either"),
        ({"document": "https://x.example/openapi.json"}, "document", "give it as “url”"),
        ({"document": 5}, "document", "no object with fields"),
        ({"document": "["}, "document", "neither JSON nor YAML"),
        ({"document": "[" * 100_000}, "document", "nested too deeply"),
        ({"document": {"openapi": "3.0.0"}}, "document", "does not say where"),
        ({"document": {"openapi": "3.0.0", "servers": [{"url": "https://a.example"}]}}, "document", "no operation"),
        ({"base_url": "ftp://x"}, "base_url", "is not an address"),
        ({"base_url": "http://user:pass@x.example"}, "base_url", "is not an address"),
        ({"base_url": "http://plain.example"}, "base_url", "only https://"),
        ({"document": None, "url": "file:///etc/passwd"}, "url", "is not an address"),
        ({"document": None, "url": "http://169.254.169.254/latest"}, "url", "never called"),
        ({"document": None, "url": "http://127.0.0.1:1/x"}, "url", "your own network"),
    ],
)
def test_what_cannot_be_a_tool(
    client: APIClient, service: LeaveService, more: dict[str, Any], field: str, why: str
) -> None:
    errors = refused(client, body(service, **more))
    assert why in errors[field][0]


@pytest.mark.parametrize(
    ("status", "content", "why"),
    [
        (302, b"", "its address answered 302"),
        (404, b"no", "its address answered 404"),
        (200, b"<html>sign in</html>", "no object with fields|neither JSON nor YAML"),
        (200, b"\x00\x01\x02\xff", "is no text|neither JSON"),
        (200, b" " * (12 * 2**20 + 1), "longer than"),
    ],
)
def test_what_cannot_be_fetched(client: APIClient, status: int, content: bytes, why: str) -> None:
    def answer(talk: Talk) -> None:
        talk.reply(status, content, {"Location": "http://169.254.169.254/"})

    with serving(answer) as served:
        place = served.url.removeprefix("http://")
        facts = {"name": "X", "kind": "openapi", "url": served.url, "egress": {"allow": [place]}}
        errors = refused(client, facts)
    assert any(each in errors["url"][0] for each in why.split("|"))


def test_sentences_are_in_the_readers_language(client: APIClient, service: LeaveService) -> None:
    answer = client.post(TOOLS, body(service, document="["), format="json", headers={"Accept-Language": "zh-TW"})
    assert "文件既不是 JSON 也不是 YAML" in answer.json()["detail"]


def test_a_fetched_document_does_not_take_the_key_to_another_server(client: APIClient, service: LeaveService) -> None:
    """Whoever changes the document must not get the key by it."""
    named = [service.url]

    def answer(talk: Talk) -> None:
        talk.reply(200, service.document | {"servers": [{"url": named[0]}]})

    with serving(answer) as served, serving(answer) as thief:
        allow = [each.removeprefix("http://") for each in (served.url, service.url, thief.url)]
        facts = body(service, url=served.url, egress={"allow": allow})
        del facts["document"]
        slug = post(client, facts).json()["slug"]
        named[0] = thief.url
        answered = client.post(f"{TOOLS}/{slug}/refresh")
        assert answered.status_code == 400, answered.content
        assert "now names another server" in answered.json()["errors"]["base_url"][0]
        assert thief.talks == []


def test_the_key_is_given_again_where_the_address_changes(client: APIClient, service: LeaveService) -> None:
    slug = post(client, body(service)).json()["slug"]
    with leave_service() as other:
        allow = {"allow": [service.place, other.place]}
        change = {"base_url": other.url, "egress": allow}
        answer = client.patch(f"{TOOLS}/{slug}", change, format="json")
        assert answer.status_code == 400, answer.content
        assert "Give the key again" in answer.json()["detail"]
        assert client.patch(f"{TOOLS}/{slug}", change | {"auth": AUTH}, format="json").status_code == 200
        tool = Tool.objects.get(slug=slug)
        assert {each.config["server"] for each in tool.operations.all()} == {other.url}


def test_a_document_is_replaced_and_what_is_new_is_off(client: APIClient, service: LeaveService) -> None:
    slug = post(client, body(service)).json()["slug"]
    document = service.document
    document["paths"]["/wipe"] = {"post": {"operationId": "wipeEverything"}}
    answer = client.patch(f"{TOOLS}/{slug}", {"document": document}, format="json")
    assert answer.status_code == 200, answer.content
    enabled = {each["name"]: each["enabled"] for each in answer.json()["operations"]}
    assert enabled["wipeEverything"] is False
    assert enabled["getBalance"] is True


def test_others_cannot_add_a_tool(client_for: Any, employee: User, service: LeaveService) -> None:
    assert post(client_for(employee), body(service)).status_code == 403
