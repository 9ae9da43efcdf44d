"""Where a service is said to be."""

from __future__ import annotations

from typing import Any

import pytest

from agents.tools.openapi import servers
from agents.tools.openapi.document import Document, Unfit
from tests.tools.openapi.offering import offered, one

V3: dict[str, Any] = {"openapi": "3.0.0", "paths": {}}
V2: dict[str, Any] = {"swagger": "2.0", "paths": {}}
URL = "https://docs.example/specs/openapi.yaml"


def three(url: str, **variables: Any) -> dict[str, Any]:
    return {**V3, "servers": [{"url": url, "variables": variables}]}


@pytest.mark.parametrize(
    ("facts", "base_url", "url", "expected"),
    [
        (three("https://a.example/v1/"), "", "", "https://a.example/v1"),
        (three("https://a.example/v1"), "https://b.example", "", "https://b.example"),
        (three("https://a.example/v1"), "http://127.0.0.1:9000/x/", "", "http://127.0.0.1:9000/x"),
        (three("/api/v3"), "", URL, "https://docs.example/api/v3"),
        (three("../v3"), "", URL, "https://docs.example/v3"),
        (three("."), "", URL, "https://docs.example/specs"),
        (three("/api/v3"), "https://b.example", "", "https://b.example/api/v3"),
        (three("/api/v3"), "https://b.example/x", "", "https://b.example/x"),
        (three("//c.example/x"), "", URL, "https://c.example/x"),
        (V3, "", URL, "https://docs.example"),
        (V3, "https://b.example/x", "", "https://b.example/x"),
        (three("https://{r}.example/{v}", r={"default": "eu"}, v={"default": 1}), "", "", "https://eu.example/1"),
        (three("https://{r}.example", r={"enum": ["us"]}), "", "", "https://us.example"),
        (V2 | {"host": "a.example", "basePath": "/v2/"}, "", "", "https://a.example/v2"),
        (V2 | {"host": "a.example:8443", "schemes": ["http", "https"]}, "", "", "https://a.example:8443"),
        (V2 | {"host": "a.example", "schemes": ["http"]}, "", "", "http://a.example"),
        (V2 | {"host": "a.example", "schemes": ["wss"]}, "", "", "https://a.example"),
        (V2 | {"host": "https://a.example/"}, "", "", "https://a.example"),
        (V2 | {"basePath": "/v1"}, "http://127.0.0.1:9000", "", "http://127.0.0.1:9000/v1"),
        (V2, "", URL, "https://docs.example"),
    ],
)
def test_the_address(facts: dict[str, Any], base_url: str, url: str, expected: str) -> None:
    assert servers.base(Document(facts), base_url, url) == expected


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (V3, "does not say where the service is"),
        (three("/api"), "does not say where the service is"),
        (three("https://{tenant}.example"), "a blank “tenant”"),
        (V2 | {"host": "{tenant}.example"}, "a blank “tenant”"),
        (three("ftp://a.example"), "is not an address"),
        (three("file:///etc/passwd"), "does not say|is not an address"),
        (three("https://user:pass@a.example"), "is not an address"),
        (three("https://a.example/../x"), "is not an address"),
        (three("http://["), "is not an address"),
        (three("//℀.example"), "is not an address"),
        (V2 | {"host": "["}, "is not an address"),
        (three("https://a.example\\@b.example"), "is not an address"),
    ],
)
def test_what_is_no_address(facts: dict[str, Any], why: str) -> None:
    with pytest.raises(Unfit, match=why):
        servers.base(Document(facts))


@pytest.mark.parametrize(
    ("server", "base_url", "expected"),
    [
        ("https://one.example/v2", "", "https://one.example/v2"),
        ("/v2", "", "https://one.example/v2"),
        ("https://one.example", "http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("https://evil.example", "", None),
        ("http://one.example", "", "https://one.example"),
        ("https://one.example:8443", "", None),
        ("http://[", "", None),
    ],
)
def test_an_operation_with_a_server_of_its_own(server: str, base_url: str, expected: str | None) -> None:
    """It never takes the tool's key to another host."""
    facts = one({})
    facts["paths"]["/do"]["servers"] = [{"url": server}]
    found = offered(facts, base_url)
    assert [offer.config["server"] for offer in found.offers] == ([expected] if expected else [])
    assert bool(found.left_out) == (expected is None)
