"""The benchmark's functions as tools. It types them as Python does (dict, float, tuple) and names them with dots."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quarry.runtime import Tool

TYPES = {"dict": "object", "float": "number", "tuple": "array"}
ANY = ["string", "number", "boolean", "array", "object", "null"]
WORDS = {"true": True, "false": False}


@dataclass(frozen=True)
class Offered:
    """The tools, and what the benchmark calls each."""

    tools: list[Tool]
    names: Mapping[str, str]


def offered(functions: Iterable[Mapping[str, Any]]) -> Offered:
    """Functions of the benchmark as the runtime offers them."""
    tools: list[Tool] = []
    names: dict[str, str] = {}
    for each in functions:
        name = _allowed(each["name"], names)
        names[name] = each["name"]
        tools.append(Tool(name, each["description"], {**json_schema(each["parameters"]), "type": "object"}))
    return Offered(tools, names)


def json_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same as JSON schema."""
    found = {key: value for key, value in schema.items() if key != "optional"}
    kind = schema.get("type", "any")
    found["type"] = ANY if kind == "any" else TYPES.get(kind, kind)
    if "properties" in schema:
        found["properties"] = {name: json_schema(each) for name, each in schema["properties"].items()}
        found["required"] = [name for name in schema.get("required") or [] if name in schema["properties"]]
    if "items" in schema:
        found["items"] = json_schema(schema["items"])
    if "enum" in schema:
        _set_values(found, schema["enum"])
    return _with_default(found)


def _set_values(found: dict[str, Any], values: Sequence[Any]) -> None:
    """Some lists of values contradict the type: those of a list mean its items, and "3" or "True" means the value. What
    is no value of the type all the same ("any") is allowed; then the list says all there is to say."""
    if found["type"] == "array" and not all(isinstance(value, list) for value in values):
        del found["enum"]
        found["items"] = {**found.get("items", {}), "enum": list(values)}
    elif found["type"] in ("boolean", "integer", "number"):
        found["enum"] = [_meant(value, found["type"]) for value in values]
        if any(isinstance(value, str) for value in found["enum"]):
            del found["type"]


def _with_default(found: dict[str, Any]) -> dict[str, Any]:
    """What is the default may be given as well, also where it is None, or none of the listed values."""
    default = found.get("default", found)
    if "enum" in found:
        if default is not found and default not in found["enum"]:
            found["enum"] = [*found["enum"], default]
            found.pop("type", None)
    elif default is None and found["type"] in ("string", "integer", "number", "boolean"):
        found["type"] = [found["type"], "null"]
    elif default is None and found["type"] in ("array", "object"):
        words = {"description": found.pop("description")} if "description" in found else {}
        return {"anyOf": [found, {"type": "null"}], "default": None, **words}
    return found


def _meant(value: Any, kind: str) -> Any:
    if not isinstance(value, str):
        return value
    if kind == "boolean":
        return WORDS.get(value.lower(), value)
    if re.fullmatch(r"-?\d+", value):
        return int(value)
    return float(value) if kind == "number" and re.fullmatch(r"-?\d+\.\d+", value) else value


def _allowed(name: str, taken: Iterable[str]) -> str:
    """A name as models may be given it, like nobody else's."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", name)[:60]
    others = set(taken)
    return next(each for each in (plain, *(f"{plain}_{n}" for n in range(2, 99))) if each not in others)
