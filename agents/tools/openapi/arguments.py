"""An operation's parameters and body as one flat list of arguments, and where in the request each of them goes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import body, names, swagger
from .document import Document
from .nodes import entries, fields, text
from .schema import Schema, Schemas
from .words import HINT, short

PLACES = ("path", "query", "header", "cookie")
TEMPLATE = re.compile(r"\{([^{}]+)\}")
# Headers that belong to the connection, to the body or to who is asking: no argument sets them.
OURS = {
    *("accept", "accept-encoding", "authorization", "connection", "content-encoding", "content-length"),
    *("content-type", "cookie", "expect", "forwarded", "host", "keep-alive", "origin", "proxy-authorization"),
    *("proxy-connection", "referer", "te", "trailer", "transfer-encoding", "upgrade", "user-agent", "via"),
    *("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "x-http-method-override"),
}
KEYS = {"authorization", "access_token", "oauth_token", "api_key", "apikey", "api-key", "x-api-key", "x-auth-token"}
_KEY = re.compile(r"token|key$|auth|password|secret")
_SIGNS_IN = re.compile(r"authenticat|authori[sz]|access token|api key|credential|授權|認證|金鑰", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


@dataclass
class Arguments:
    """`places`: for each argument its place in the request; `fixed`: the same for what is always sent."""

    properties: dict[str, Schema] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    places: dict[str, dict[str, Any]] = field(default_factory=dict)
    fixed: list[dict[str, Any]] = field(default_factory=list)
    media: str = ""

    def add(self, place: dict[str, Any], schema: Schema, required: bool) -> None:
        """One more argument. What has only one value is sent without being asked for, and what has a default need
        not be said."""
        choices = schema.get("enum", ())
        if "default" not in place and required and len(choices) == 1 and place["in"] != "body":
            place["default"] = choices[0]
        if "default" in place and (len(choices) == 1 or place["in"] == "header"):
            self.fixed.append(place)
            return
        name = names.argument(place["name"], place["in"], self.properties)
        self.properties[name], self.places[name] = schema, place
        if required and "default" not in place:
            self.required.append(name)

    def schema(self) -> Schema:
        made: Schema = {"type": "object", "properties": self.properties, "additionalProperties": False}
        return made | ({"required": self.required} if self.required else {})


@dataclass(frozen=True)
class Spot:
    """One operation of a document. `keys`: the places, as `header:x-key`, where credentials go, which are no
    arguments."""

    document: Document
    method: str
    path: str
    item: Mapping[str, Any]
    operation: Mapping[str, Any]
    keys: frozenset[str] = frozenset()


def of(spot: Spot, deepest: int) -> Arguments:
    """All arguments of an operation, their schemas written out down to `deepest` levels."""
    schemas, made = Schemas(spot.document, deepest), Arguments()
    parameters, content = _given(spot.document, spot.item, spot.operation)
    path = spot.path
    for where in PLACES:
        for each in parameters:
            if each.get("in") == where and not _is_key(each, spot.keys):
                _add(made, schemas, each, path)
    _add_missing(made, path)
    if content is not None:
        body.add(made, schemas, content)
    return made


def _is_key(given: Mapping[str, Any], keys: frozenset[str]) -> bool:
    """Whether a parameter is where a credential goes: no model is asked for one, and none is offered a place for it."""
    name = given["name"].lower()
    if f"{given['in']}:{name}" in keys or name in KEYS:
        return True
    return bool(_KEY.search(name) and _SIGNS_IN.search(text(given, "description")))


def _given(
    document: Document, item: Mapping[str, Any], operation: Mapping[str, Any]
) -> tuple[list[Mapping[str, Any]], Mapping[str, Any] | None]:
    """The parameters, those of the operation instead of the same of its path; and the body."""
    found: dict[tuple[Any, Any], Mapping[str, Any]] = {}
    for each in (*entries(item, "parameters"), *entries(operation, "parameters")):
        parameter = document.resolved(each)
        if text(parameter, "name"):
            found[parameter.get("in"), parameter["name"]] = parameter
    if document.swagger:
        return swagger.upgraded(document.facts, operation, list(found.values()))
    content = document.resolved(operation["requestBody"]) if "requestBody" in operation else None
    return list(found.values()), content


def _add(made: Arguments, schemas: Schemas, given: Mapping[str, Any], path: str) -> None:
    name, where = given["name"], given["in"]
    if where == "path" and name not in blanks(path):
        return
    if where in ("header", "cookie") and (not _TOKEN.fullmatch(name) or name.lower() in OURS):
        return
    schema = _without_null(schemas.of(_schema_of(given)))
    if words := short(given.get("description"), HINT):
        schema = {**schema, "description": words}
    required = given.get("required") is True or where == "path"
    place = _place(given, path)
    if required and "default" in schema:
        place["default"] = schema["default"]
    made.add(place, schema, required)


def _schema_of(given: Mapping[str, Any]) -> Any:
    """A parameter's schema; that of its media type where it is written as one."""
    content: Any = next(iter(fields(given, "content").values()), {})
    schema = given.get("schema") or content.get("schema") or {}
    example = given.get("example")
    return {**schema, "example": example} if isinstance(schema, Mapping) and example is not None else schema


def _place(given: Mapping[str, Any], path: str) -> dict[str, Any]:
    where = given["in"]
    style = text(given, "style") or ("form" if where in ("query", "cookie") else "simple")
    if fields(given, "content"):
        style = "json"
    elif where == "path" and (given["name"] in blanks(path, spread=True) or given.get("x-multi-segment") is True):
        style = "segments"
    explode = given.get("explode") if isinstance(given.get("explode"), bool) else style in ("form", "deepObject")
    reserved = {"reserved": True} if given.get("allowReserved") is True and where == "query" else {}
    return {"name": given["name"], "in": where, "style": style, "explode": explode, **reserved}


def _add_missing(made: Arguments, path: str) -> None:
    """Blanks of the path that no parameter describes."""
    known = {place["name"] for place in (*made.places.values(), *made.fixed) if place["in"] == "path"}
    for name in blanks(path):
        if name not in known:
            style = "segments" if name in blanks(path, spread=True) else "simple"
            made.add({"name": name, "in": "path", "style": style, "explode": False}, {"type": "string"}, True)


def blanks(path: str, spread: bool = False) -> list[str]:
    """The names of a path's blanks; with `spread` only of those that may hold several segments, as `{rest*}`."""
    found = TEMPLATE.findall(path)
    return [blank(each) for each in found if not spread or each != blank(each)]


def blank(written: str) -> str:
    """The name of a blank as it is written: `{id}`, `{rest*}`, `{proxy+}`, `{+path}`."""
    return written.strip().strip("*+")


def _without_null(schema: Schema) -> Schema:
    """What stands in an address cannot be null: it is left out instead."""
    if "anyOf" in schema:
        kept = [each for each in schema["anyOf"] if each != {"type": "null"}]
        rest = {key: each for key, each in schema.items() if key != "anyOf"}
        return {**kept[0], **rest} if len(kept) == 1 else {**rest, "anyOf": kept}
    if isinstance(schema.get("type"), list) and "null" in schema["type"]:
        return {**schema, "type": _single([each for each in schema["type"] if each != "null"])}
    if None in schema.get("enum", ()):
        return {**schema, "enum": [each for each in schema["enum"] if each is not None]}
    return schema


def _single(kinds: Iterable[str]) -> str | list[str]:
    found = list(kinds)
    return found[0] if len(found) == 1 else found


__all__ = ["OURS", "TEMPLATE", "Arguments", "Spot", "blank", "blanks", "of"]
