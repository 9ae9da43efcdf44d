"""From a JSON schema to a grammar in which the model can only write what the schema has the form of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from .types import InvalidRequest

LONGEST = 100_000


def grammar(schema: Mapping[str, Any] | None) -> str | None:
    """The grammar of the schema; references to other documents are not followed."""
    if schema is None:
        return None
    try:
        text = json.dumps(schema, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise InvalidRequest(f"The schema is not JSON: {error}") from error
    if len(text) > LONGEST:
        raise InvalidRequest(f"The schema is longer than {LONGEST} characters.")
    return _convert(text)


@lru_cache(maxsize=64)
def _convert(text: str) -> str:
    from llama_cpp.llama_grammar import json_schema_to_gbnf

    if "://" in text and '"$ref"' in text:
        raise InvalidRequest("The schema refers to another document; give it in one piece.")
    try:
        return json_schema_to_gbnf(text)
    except Exception as error:  # the converter raises whatever it stumbles over
        raise InvalidRequest(f"The schema cannot be turned into a grammar: {error}") from error
