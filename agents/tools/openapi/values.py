"""JSON schemas of single values, in the forms that a grammar can hold a model to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .nodes import entries, kind_of, text
from .words import HINT, plain, short

Schema = dict[str, Any]
ANY: Schema = {"type": ["string", "number", "boolean", "object", "array"]}
CHOICES = 60
LONGEST_VALUE = 80
COUNTED, COUNTABLE = ("minLength", "maxLength", "minItems", "maxItems"), 25
# Examples that show a form. Others are only words, which a small model is quick to copy.
_FORMED = re.compile(r"\D\d|\d\D")
FORMATS = ("date", "date-time", "time", "uuid")


def simple(node: Mapping[str, Any]) -> Schema:
    """A value of one type, or of any."""
    kind = kind_of(node)
    if choices := _choices(node, kind):
        return {"type": kind, "enum": choices} if kind in ("string", "integer") else {"enum": choices}
    match kind:
        case "":
            return dict(ANY)
        case "array":
            return {"type": kind, "items": dict(ANY)}
        case "string" if node.get("format") in FORMATS:
            return {"type": kind, "format": node["format"]}
        case "string":
            return {"type": kind, **bounds(node, "minLength", "maxLength")}
        case "integer" | "number":
            return {"type": kind, **bounds(_exclusive(node), "minimum", "maximum", *EXCLUSIVE)}
    return {"type": kind}


EXCLUSIVE = ("exclusiveMinimum", "exclusiveMaximum")


def _exclusive(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Version 3.0 says only that a bound is exclusive, 3.1 has the bound itself."""
    moved = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}
    made = {key: each for key, each in node.items() if not (key in moved and isinstance(each, bool))}
    for exclusive, bound in moved.items():
        if node.get(exclusive) is True and bound in made:
            made[exclusive] = made.pop(bound)
    return made


def bounds(node: Mapping[str, Any], *names: str) -> Schema:
    """The bounds that are numbers; a pair that nothing can keep to is left out."""
    found = {name: node[name] for name in names if isinstance(node.get(name), int | float)}
    found = {name: each for name, each in found.items() if not isinstance(each, bool) and abs(each) < 2**53}
    # A grammar counts up to 64 by a bracket within a bracket, and holds forty of them.
    found = {name: each for name, each in found.items() if name not in COUNTED or not COUNTABLE < each <= 64}
    for least, most in (("minLength", "maxLength"), ("minItems", "maxItems"), ("minimum", "maximum")):
        if least in found and most in found and found[least] > found[most]:
            del found[least], found[most]
    return found


def _choices(node: Mapping[str, Any], kind: str) -> list[Any]:
    """The values of `enum` or `const`, as text where text is meant: YAML makes a number of `1.0`, a truth of `true`."""
    given = [node["const"]] if "const" in node else entries(node, "enum")
    values = [_as_text(each) if kind == "string" else each for each in given if not isinstance(each, dict | list)]
    found = [each for n, each in enumerate(values) if each is not None and each not in values[:n]]
    found = [each for each in found if plain(str(each), LONGEST_VALUE)]
    return found if len(found) <= CHOICES else []


def _as_text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value if value is None else str(value)


def hinted(made: Schema, node: Mapping[str, Any]) -> Schema:
    """With a few words about it, and what holds where nothing is said."""
    words, default = short(node.get("description") or node.get("title"), HINT), node.get("default")
    example = text(node, "example")
    if "enum" not in made and len(example) <= 40 and _FORMED.search(example):
        shown = short(example, 40)
        words = f"{words} E.g. {shown}".strip() if shown and shown not in words else words
    if isinstance(default, str | int | float | bool) and plain(str(default), LONGEST_VALUE):
        made = made | {"default": default}
    return made | {"description": words} if words else made


def or_null(made: Schema) -> Schema:
    """The value, or null. A grammar forgets whatever stands beside a list of types, so that it stands alone."""
    if "enum" in made:
        return {key: each for key, each in made.items() if key != "type"} | {"enum": [*made["enum"], None]}
    if set(made) <= {"type", "description", "default"} and isinstance(made["type"], str) and made["type"] != "object":
        return made | {"type": [made["type"], "null"]}
    return {"anyOf": [*made.get("anyOf", [made]), {"type": "null"}]}


def union(made: list[Schema]) -> Schema:
    """One form that all of many alternatives fit: each field that one of them has, asked for where all ask for it."""
    if not all(each.get("type") == "object" and "properties" in each for each in made):
        return dict(ANY)
    properties: dict[str, Schema] = {}
    for each in made:
        for name, schema in each["properties"].items():
            properties[name] = _both(properties[name], schema) if name in properties else schema
    required = [name for name in made[0].get("required", ()) if all(name in each.get("required", ()) for each in made)]
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def _both(one: Schema, other: Schema) -> Schema:
    if one == other:
        return one
    if "enum" in one and "enum" in other and one.get("type") == other.get("type"):
        return one | {"enum": list(dict.fromkeys([*one["enum"], *other["enum"]]))[:CHOICES]}
    return {"type": one["type"]} if "type" in one and one["type"] == other.get("type") else dict(ANY)
