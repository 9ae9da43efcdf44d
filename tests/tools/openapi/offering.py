"""From a document to what it offers, in one step."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agents.tools.access import Credentials
from agents.tools.kinds import Offer
from agents.tools.openapi import operations, request, servers
from agents.tools.openapi.document import Document
from agents.tools.openapi.operations import Offered

DOCUMENTS = Path(__file__).with_name("documents")
FETCHED = "https://where.example/openapi.json"


def offered(source: str | Mapping[str, Any], base_url: str = "") -> Offered:
    document = Document(source)
    return operations.offered(document, servers.base(document, base_url, FETCHED), operations.keys(document))


def offers(name: str, base_url: str = "") -> dict[str, Offer]:
    """What one of the documents beside this file offers, by name."""
    found = offered((DOCUMENTS / name).read_text(encoding="utf-8"), base_url)
    return {offer.name: offer for offer in found.offers}


def one(schema: Any, **components: Any) -> dict[str, Any]:
    """A document with one operation, whose argument `value` has the schema."""
    body = {"type": "object", "properties": {"value": schema}, "required": ["value"]}
    content = {"application/json": {"schema": body}}
    post = {"operationId": "do", "requestBody": {"required": True, "content": content}}
    facts = {"openapi": "3.0.3", "info": {"title": "One", "version": "1"}, "servers": [{"url": "https://one.example"}]}
    return {**facts, "paths": {"/do": {"post": post}}, "components": {"schemas": components}}


def value_of(schema: Any, **components: Any) -> dict[str, Any]:
    """What becomes of a schema."""
    properties: dict[str, Any] = offered(one(schema, **components)).offers[0].parameters["properties"]
    return properties.get("value", {})


def prepared(offer: Offer, credentials: Credentials | None = None, **arguments: Any) -> request.Prepared:
    return request.prepared(offer.config, arguments, credentials or Credentials())
