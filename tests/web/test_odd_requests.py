"""Every operation of the OpenAPI document with values that nobody expects, in its path, its query and its body: each is
refused or accepted, and none is a fault of the server."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from django.test import Client
from rest_framework.test import APIClient

from apps.accounts.models import User
from tests.web.operations import OPERATIONS, Operation, address
from tests.web.test_every_endpoint import Ids, owner, reader, real, words_only

__all__ = ["owner", "reader", "real", "words_only"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("queue")]
IN_PATHS = ["\0", "😀", "x" * 3000, "a/../b", "99999999999999999999", "%s"]
IN_QUERIES = ["", "\0", "😀", "x" * 3000, "-1", "99999999999999999999", "[]", "nan"]
NUL, HALF = r'"a\u0000b"', r'"\ud800"'
IN_BODIES = ["null", '""', NUL, HALF, "1e999", "99999999999999999999", "[]", "[null]", f"[{HALF}]", '{"\\u0000": 1}']
WHOLE = ["", "null", "[]", '"text"', "{", "[" * 5000, '{"a": NaN}', "\xff"]
# Those of OpenAI's shape have tests of their own. Streams have no end here.
EACH = [(*key, found) for key, found in OPERATIONS.items() if not key[1].startswith("/v1/") and "events" not in key[1]]
Try = tuple[str, str]  # where it is sent to, and its body


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return dict(yaml.safe_load(Client().get("/api/v1/schema").content))


def test_odd_values_are_no_fault_of_the_server(
    schema: dict[str, Any], real: Ids, client_for: Any, owner: User, administrator: User
) -> None:
    mine, theirs = client_for(owner), client_for(administrator)
    faults, count = list[str](), 0
    for method, path, operation in EACH:
        if method == "delete" or "password" in path:
            continue
        for url, body in tries(schema["paths"][address(path)][method], path, operation, real, schema):
            count += 1
            if fault := tried(theirs if operation.employee == 403 else mine, method, url, body):
                faults.append(fault)
    assert faults == []
    assert count > 3000


def tried(client: APIClient, method: str, url: str, body: str) -> str:
    """What is wrong with the answer; empty where nothing is."""
    client.raise_request_exception = False
    more = {} if method == "get" else {"data": body, "content_type": "application/json"}
    answer = getattr(client, method)(url, **more)
    refused = answer.status_code >= 400 and answer["Content-Type"] != "application/problem+json"
    known = answer.status_code < 500 or answer.status_code == 503  # there is no model here
    return "" if known and not refused else f"{method} {url[:200]} {body[:200]}: {answer.status_code}"


def tries(facts: dict[str, Any], path: str, operation: Operation, ids: Ids, schema: dict[str, Any]) -> Iterator[Try]:
    names = {"{step}": ids["step"], "{name}": ids["operation"], "{row}": ids["row"]}
    names |= dict.fromkeys(("{number}", "{a}", "{b}"), "1")
    names |= dict.fromkeys(("{id}", "{slug}", "{token}"), ids.get(operation.kind, ""))
    usual = {name: json.dumps(value) for name, value in operation.body.items() if not isinstance(value, bytes)}
    for name in (each for each in names if each in path):
        for odd in IN_PATHS:
            yield filled(path, names | {name: quote(odd, safe="")}), written(usual)
    url = filled(path, names)
    for name in (each["name"] for each in facts.get("parameters", ()) if each["in"] == "query"):
        yield from ((f"{url}?{name}={quote(odd)}", "") for odd in IN_QUERIES)
    for name in fields(facts, schema):
        yield from ((url, written(usual | {name: odd})) for odd in IN_BODIES)
    if "requestBody" in facts:
        yield from ((url, body) for body in WHOLE)


def filled(path: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        path = path.replace(name, value)
    return address(path)


def written(members: dict[str, str]) -> str:
    """An object of members that are JSON already."""
    return "{" + ", ".join(f'"{name}": {value}' for name, value in members.items()) + "}"


def fields(facts: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """The names in the body of an operation."""
    found = facts.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    while "$ref" in found:
        found = schema["components"]["schemas"][found["$ref"].rpartition("/")[2]]
    return list(found.get("properties", {}))
