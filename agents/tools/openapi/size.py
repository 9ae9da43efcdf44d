"""How much a schema is: for a model to read, and for a grammar to hold it to."""

from __future__ import annotations

import json
from typing import Any

Schema = dict[str, Any]
LONGEST = 6000  # characters: about 1500 tokens, of which a small model reads few
WIDEST = 3000  # ways to go on at once; a grammar of all tools that are offered together may have 50,000


def fits(schema: Schema) -> bool:
    return length(schema) <= LONGEST and ways(schema) <= WIDEST


def length(schema: Schema) -> int:
    return len(json.dumps(schema, ensure_ascii=False))


def ways(schema: Schema) -> int:
    """About as many possibilities as a grammar must follow at once: after each field that may be missing, any of the
    later ones can come, and counting leaves each number open. Measured against `quarry.runtime.grammar`."""
    if "anyOf" in schema:
        return sum(ways(each) for each in schema["anyOf"])
    if schema.get("properties"):
        return _of_fields(schema)
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), dict):
            return max(2, _counted(schema, "maxItems")) * ways(schema[inner])
    if isinstance(schema.get("type"), list):
        return 2 * len(schema["type"])
    return 3 if schema.get("type") == "object" else max(1, _counted(schema, "maxLength"))


def _of_fields(schema: Schema) -> int:
    required = set(schema.get("required", ()))
    asked = [ways(each) for name, each in schema["properties"].items() if name in required]
    rest = [ways(each) for name, each in schema["properties"].items() if name not in required]
    return max(asked, default=1) + sum(number * each for number, each in enumerate(rest, start=1))


def _counted(schema: Schema, name: str) -> int:
    most = schema.get(name, 0)
    return most if most <= 64 else 0
