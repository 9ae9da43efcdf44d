"""How much a schema is: for a model to read, and for a grammar to hold it to."""

from __future__ import annotations

import json
from typing import Any

Schema = dict[str, Any]
LONGEST = 6000  # characters: about 1500 tokens, of which a small model reads few
WIDEST = 200  # ways to go on at once, in texts; a grammar holds about 450
FREE = {"object": 6, "array": 2}  # of any form


def fits(schema: Schema) -> bool:
    return length(schema) <= LONGEST and ways(schema) <= WIDEST


def length(schema: Schema) -> int:
    return len(json.dumps(schema, ensure_ascii=False))


def ways(schema: Schema) -> int:
    """About how many possibilities a grammar must follow at once, a text counting as one; measured against
    `quarry.runtime.grammar`, where a text is about 110 of 50,000."""
    if "anyOf" in schema:
        return sum(ways(each) for each in schema["anyOf"])
    if schema.get("properties"):
        return _of_fields(schema)
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), dict):
            return max(2, _counted(schema)) * ways(schema[inner])
    kinds = schema.get("type")
    return sum(FREE.get(str(each), 1) for each in (kinds if isinstance(kinds, list) else [kinds]))


def _of_fields(schema: Schema) -> int:
    required = set(schema.get("required", ()))
    asked = [ways(each) for name, each in schema["properties"].items() if name in required]
    return max(asked, default=1) + sum(
        ways(each) for name, each in schema["properties"].items() if name not in required
    )


def _counted(schema: Schema) -> int:
    most: int = schema.get("maxItems", 0)
    return most if most <= 64 else 0
