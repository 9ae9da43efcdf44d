"""From a JSON schema to a grammar in which the model can only write what the schema has the form of.

A grammar fixes the form only: no `minimum`, no `format`; and of `maxLength`, `maxItems` and patterns only what is
small, because a grammar counts by repeating itself. Whoever needs more validates what was written.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from .types import InvalidRequest

LONGEST = 100_000
MOST = 64  # repetitions that a grammar counts
BOUNDS = ("minLength", "maxLength", "minItems", "maxItems")
WORDS = ("description", "title", "$comment")
# As llama.cpp's own converter has it: models like to write JSON over several lines.
SPACE = 'space ::= | " " | "\\n" [ \\t]{0,20}'
_TEXT = r'"(?:[^"\\]|\\.)*"'
_CONSTANT = re.compile(rf"^([a-zA-Z0-9-]+) ::= ({_TEXT}(?: \| {_TEXT})*)$", re.MULTILINE)
_SPACE = re.compile(r"^space ::= .*$", re.MULTILINE)
_REPEATED = re.compile(r"\{(\d*),?(\d*)\}")


def grammar(schema: Mapping[str, Any]) -> str:
    """The grammar of the schema; references to other documents are not followed."""
    try:
        text = json.dumps(_tame(schema), ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise InvalidRequest(f"The schema is not JSON: {error}") from error
    except RecursionError as error:
        raise InvalidRequest("The schema is nested too deeply.") from error
    if len(text) > LONGEST:
        raise InvalidRequest(f"The schema is longer than {LONGEST} characters.")
    return _convert(text)


def _tame(schema: Any) -> Any:
    """The schema without words for people, and without bounds that a grammar could only hold by growing huge."""
    if isinstance(schema, list | tuple):
        return [_tame(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    if isinstance(reference := schema.get("$ref"), str) and not reference.startswith("#"):
        raise InvalidRequest("The schema refers to another document; give it in one piece.")
    return {key: _tame(value) for key, value in schema.items() if not _dropped(key, value)}


def _dropped(key: str, value: Any) -> bool:
    if key in BOUNDS:
        return isinstance(value, int | float) and value > MOST
    if key == "pattern" and isinstance(value, str):
        return math.prod(int(n or 1) for pair in _REPEATED.findall(value) for n in pair) > MOST
    return key in WORDS and isinstance(value, str)


@lru_cache(maxsize=64)
def _convert(text: str) -> str:
    from llama_cpp.llama_grammar import json_schema_to_gbnf

    try:
        converted = json_schema_to_gbnf(text)
    except Exception as error:  # the converter raises whatever it stumbles over
        raise InvalidRequest(f"The schema cannot be turned into a grammar: {error}") from error
    # The converter lets no line break stand behind a constant, nor anywhere else.
    return _SPACE.sub(lambda _: SPACE, _CONSTANT.sub(r"\1 ::= (\2) space", converted))
