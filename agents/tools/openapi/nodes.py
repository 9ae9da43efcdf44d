"""Small questions to a document's nodes, which can be anything, since somebody else wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TYPES = {
    **{name: name for name in ("string", "number", "integer", "boolean", "object", "array", "null")},
    **dict.fromkeys(("int", "long", "int32", "int64"), "integer"),
    **dict.fromkeys(("float", "double", "decimal"), "number"),
    **dict.fromkeys(("file", "date", "datetime", "date-time", "text", "uuid", "byte", "binary"), "string"),
    "bool": "boolean",
    "map": "object",
    "dict": "object",
    "list": "array",
}


def entries(node: Any, key: str) -> list[Any]:
    """The list under a key; empty where there is none."""
    found = node.get(key) if isinstance(node, Mapping) else None
    return found if isinstance(found, list) else []


def fields(node: Any, key: str) -> Mapping[str, Any]:
    """The object under a key; empty where there is none."""
    found = node.get(key) if isinstance(node, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def text(node: Any, key: str) -> str:
    found = node.get(key) if isinstance(node, Mapping) else None
    return found if isinstance(found, str) else ""


def merged(one: Mapping[str, Any], other: Mapping[str, Any], firm: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Two schemas at once; where they differ `other` counts, but for the properties in `firm`."""
    made = {**one, **other}
    theirs = {name: each for name, each in fields(other, "properties").items() if name not in firm}
    if properties := {**fields(one, "properties"), **theirs}:
        made["properties"] = properties
    if required := [*entries(one, "required"), *entries(other, "required")]:
        made["required"] = required
    return made


def kind_of(node: Mapping[str, Any]) -> str:
    """The one type of a value, said or understood; empty where it can be of several."""
    said = node.get("type")
    kinds = [TYPES.get(str(each).lower(), "") for each in (said if isinstance(said, list) else [said] if said else [])]
    kinds = [each for each in kinds if each != "null"] or kinds
    if kinds:
        return kinds[0] if len(kinds) == 1 else ""
    if fields(node, "properties") or node.get("additionalProperties"):
        return "object"
    choices = [node["const"]] if "const" in node else entries(node, "enum")
    if choices and all(isinstance(each, str) for each in choices):
        return "string"
    return "array" if "items" in node else ""


def nullable(node: Mapping[str, Any]) -> bool:
    kinds = node.get("type")
    null = None in entries(node, "enum") or (isinstance(kinds, list) and "null" in kinds and len(kinds) > 1)
    return null or node.get("nullable") is True or node.get("x-nullable") is True
