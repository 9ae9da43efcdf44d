"""The body of a request: which of its media types is written, and its fields as arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .document import Unfit
from .nodes import entries, fields
from .schema import Schema, Schemas
from .swagger import FORM, MULTIPART

if TYPE_CHECKING:
    from .arguments import Arguments

TEXTS = ("text/", "application/xml", "application/yaml", "application/x-yaml", "application/graphql", "application/sql")


def add(made: Arguments, schemas: Schemas, given: Mapping[str, Any]) -> None:
    """Adds the body's fields; a body that is no object with fields becomes one argument."""
    content, required = fields(given, "content"), given.get("required")
    media = chosen(list(content))
    if not media:
        if required is True:
            named = ", ".join(content)[:100]
            raise Unfit(f"It sends {named}, which cannot be written.")
        return
    made.media = media
    facts = content[media] if isinstance(content[media], Mapping) else {}
    schema = schemas.of(facts.get("schema") or {})
    if form_of(media) != "text" and schema.get("properties"):
        _add_fields(made, schemas, facts, schema, required is not False)
    elif form_of(media) in ("form", "multipart"):
        if "additionalProperties" not in schema:
            return  # a form without fields: nothing to send
        _add_whole(made, {"type": "object", "description": "The fields of the form"}, required is not False, "fields")
    else:
        whole = {"type": "string", "description": f"The text of the body, {media}"[:100]}
        _add_whole(made, whole if form_of(media) == "text" else schema, required is not False, "whole")


def chosen(media: list[str]) -> str:
    """The media type that can be written best; empty where none can."""
    ranked = [(_rank(each), n, each) for n, each in enumerate(media)]
    best = min((each for each in ranked if each[0] is not None), default=None, key=lambda each: (each[0], each[1]))
    return best[2] if best else ""


def form_of(media: str) -> str:
    """How a body of this type is written: as `json`, `form`, `multipart` or `text`; empty where it cannot be."""
    kind = media.partition(";")[0].strip().lower()
    if kind in ("application/json", "*/*", "application/*", "text/json", "json") or kind.endswith("+json"):
        return "json"
    if kind in (FORM, MULTIPART):
        return "form" if kind == FORM else "multipart"
    return "text" if kind.startswith(TEXTS) or kind.endswith(("+xml", "+yaml")) else ""


def _rank(media: str) -> int | None:
    if media.partition(";")[0].strip().lower() == "application/json":
        return 0
    order = {"json": 1, "form": 2, "multipart": 3, "text": 4}
    return order.get(form_of(media))


def _add_fields(made: Arguments, schemas: Schemas, facts: Mapping[str, Any], schema: Schema, required: bool) -> None:
    source, _, _ = schemas.joined(facts.get("schema"))
    for name, each in schema["properties"].items():
        given, _, _ = schemas.joined(fields(source, "properties").get(name))
        place = {"name": name, "in": "body", **_style(fields(facts, "encoding").get(name), given, made.media)}
        made.add(place, each, required and name in entries(schema, "required"))


def _style(encoding: Any, given: Mapping[str, Any], media: str) -> dict[str, Any]:
    """How a field of a form is written; JSON needs no such thing."""
    form = form_of(media)
    file = given.get("format") in ("binary", "base64", "byte") or "contentMediaType" in given
    if form == "multipart" and file:
        return {"style": "file"}
    if form == "form" and isinstance(encoding, Mapping) and isinstance(encoding.get("style"), str):
        explode = encoding.get("explode")
        style = encoding["style"]
        return {"style": style, "explode": explode if isinstance(explode, bool) else style in ("form", "deepObject")}
    return {}


def _add_whole(made: Arguments, schema: Schema, required: bool, style: str) -> None:
    made.add({"name": "body", "in": "body", "style": style}, schema, required)
