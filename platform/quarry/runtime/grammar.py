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
from urllib.parse import unquote

from . import copies
from .gbnf import check
from .patterns import plain
from .types import InvalidRequest

LONGEST = 100_000
MOST = 32  # repetitions that a grammar counts: it nests them, and not too deeply
BOUNDS = ("minLength", "maxLength", "minItems", "maxItems")
WORDS = ("description", "title", "$comment")
DATA, UNUSED = ("const", "enum"), ("$defs", "default", "examples")
# As llama.cpp's own converter has it: models like to write JSON over several lines.
SPACE = 'space ::= | " " | "\\n" [ \\t]{0,20}'
_TEXT = r'"(?:[^"\\]|\\.)*"'
_CONSTANT = re.compile(rf"^([a-zA-Z0-9-]+) ::= ({_TEXT}(?: \| {_TEXT})*)$", re.MULTILINE)
_SPACE = re.compile(r"^space ::= .*$", re.MULTILINE)
_REFERENCE, _HIDDEN = re.compile(r"\$ref\$*"), re.compile(r'(\\"\$ref\$*)\$(?=\\")')
_REPEATED = re.compile(r"\{(\d*),?(\d*)\}")


def grammar(schema: Mapping[str, Any]) -> str:
    """The grammar of the schema; references to other documents are not followed."""
    definitions = Definitions()
    tame = definitions.tame(schema)
    return convert({"anyOf": [tame], "$defs": definitions.found} if definitions.found else tame)


def convert(tame: Mapping[str, Any]) -> str:
    """The grammar of a tame schema."""
    try:
        text = json.dumps(tame, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise InvalidRequest(f"The schema is not JSON: {error}") from error
    if len(text) > LONGEST:
        raise InvalidRequest(f"The schema is longer than {LONGEST} characters.")
    return _convert(text)


class Definitions:
    """Makes schemas tame: without words for people, without bounds that a grammar could only hold by growing huge, and
    with references only to `found`, by names of our own. The converter takes the last word of a reference for the name
    of a rule, so that two of the same name, or one called "string", would be mixed up."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}
        self._names: dict[tuple[int, str], str] = {}
        self._documents: list[Any] = []  # kept, so that no two have the same `id`

    def tame(self, schema: Any) -> Any:
        """The schema, which is a document of its own."""
        self._documents.append(schema)
        try:
            return self._tame(schema, schema)
        except RecursionError as error:
            raise InvalidRequest("The schema is nested too deeply.") from error

    def _tame(self, schema: Any, document: Any) -> Any:
        if isinstance(schema, list | tuple):
            return [self._tame(item, document) for item in schema]
        if not isinstance(schema, Mapping):
            return _hidden(schema)
        if isinstance(reference := schema.get("$ref"), str):
            return {"$ref": f"#/$defs/{self._named(reference, document)}"}
        if isinstance(schema.get(copies.KEY), str):
            return copies.marked(schema)
        return {key: self._tame_word(key, value, document) for key, value in schema.items() if not _dropped(key, value)}

    def _tame_word(self, key: str, value: Any, document: Any) -> Any:
        if key == "properties" and isinstance(value, Mapping):
            return {_hidden(name): self._tame(each, document) for name, each in value.items()}
        if key in DATA:
            return _hidden(value)
        return plain(value) if _is_pattern(key, value) else self._tame(value, document)

    def _named(self, reference: str, document: Any) -> str:
        key = (id(document), reference)
        if key not in self._names:
            name = self._names[key] = f"ref{len(self._names)}"
            self.found[name] = self._tame(_target(reference, document), document)
        return self._names[key]


def _hidden(data: Any) -> Any:
    """Data in which nothing is called `$ref`: the converter takes whatever is for a reference, even a property or a
    part of a constant. `_shown` undoes it in the grammar."""
    if isinstance(data, Mapping):
        return {_hidden(name): _hidden(each) for name, each in data.items()}
    if isinstance(data, list | tuple):
        return [_hidden(each) for each in data]
    return f"{data}$" if isinstance(data, str) and _REFERENCE.fullmatch(data) else data


def _shown(gbnf: str) -> str:
    return _HIDDEN.sub(r"\1", gbnf)


def _target(reference: str, document: Any) -> Any:
    """What a JSON pointer (`#/$defs/x`) leads to."""
    if not reference.startswith("#"):
        raise InvalidRequest("The schema refers to another document; give it in one piece.")
    target = document
    for step in reference[1:].split("/")[1:]:
        step = unquote(step).replace("~1", "/").replace("~0", "~")
        try:
            target = target[int(step)] if isinstance(target, list | tuple) else target[step]
        except (LookupError, TypeError, ValueError) as error:
            raise InvalidRequest(f'The schema refers to "{reference}", which it does not hold.') from error
    return target


def _dropped(key: str, value: Any) -> bool:
    if key in BOUNDS:
        return isinstance(value, int | float) and value > MOST
    if _is_pattern(key, value):
        huge = math.prod(int(n or 1) for pair in _REPEATED.findall(value) for n in pair) > MOST
        return huge or plain(value) is None
    return (key in WORDS and isinstance(value, str)) or key in UNUSED


def _is_pattern(key: str, value: Any) -> bool:
    """Not a property of that name."""
    return key == "pattern" and isinstance(value, str)


@lru_cache(maxsize=64)
def _convert(text: str) -> str:
    from llama_cpp.llama_grammar import json_schema_to_gbnf

    try:
        converted = json_schema_to_gbnf(text)
    except Exception as error:  # the converter raises whatever it stumbles over
        raise InvalidRequest(f"The schema cannot be turned into a grammar: {error}") from error
    # The converter lets no line break stand behind a constant, nor anywhere else.
    gbnf = _SPACE.sub(lambda _: SPACE, _CONSTANT.sub(r"\1 ::= (\2) space", converted))
    # And it lets a line break stand in a text as it is, which JSON does not.
    gbnf = gbnf.replace(r'char ::= [^"\\] |', r'char ::= [^"\\\x7F\x00-\x1F] |')
    gbnf = copies.placed(_shown(gbnf))
    check(gbnf)
    return gbnf
