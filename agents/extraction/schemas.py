"""JSON schemas that anybody may send: brought into a plain form that is small, refers to nothing and nests little, or
refused with the reason."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import regex
from jsonschema import Draft202012Validator, SchemaError
from quarry.api import Problem

LONGEST = 60_000  # characters
DEEPEST = 5  # objects and lists within each other
MOST_FIELDS = 80
MOST_NODES = 400  # with what it refers to written out
LONGEST_PATTERN = 200
PLAIN = frozenset(
    {
        *("type", "properties", "required", "items", "enum", "const", "description", "title", "format", "default"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
        *("pattern", "minItems", "maxItems", "uniqueItems", "additionalProperties", "anyOf", "oneOf", "nullable"),
        *("examples", "example", "deprecated", "readOnly"),
    }
)
SILENT = frozenset({"$schema", "$id", "$comment", "$defs", "definitions", "$anchor"})
TYPES = frozenset({"string", "number", "integer", "boolean", "null", "array", "object"})
NOT_OBJECT = "The schema must be of type “object” and name the fields that are looked for in “properties”."


def prepare(schema: Any) -> dict[str, Any]:
    """The schema in plain form; a Problem says what cannot be taken."""
    try:
        if len(json.dumps(schema)) > LONGEST:
            raise refused(f"The schema is longer than {LONGEST} characters.")
        if not isinstance(schema, dict) or schema.get("type") != "object" or not schema.get("properties"):
            raise refused(NOT_OBJECT)
        plain = Plain(schema).of(schema, 0)
        Draft202012Validator.check_schema(plain)
    except RecursionError:
        raise refused("The schema is nested too deeply.") from None
    except SchemaError as error:
        place = "/".join(map(str, error.absolute_path)) or "root"
        raise refused(f"The schema is not valid at {place}.") from None
    return dict(plain)


def refused(detail: str) -> Problem:
    return Problem(400, detail, code="schema", errors={"schema": [detail]})


class Plain:
    """Writes out what a schema refers to, and counts."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._fields = self._nodes = 0
        self._following: list[str] = []

    def of(self, schema: Any, depth: int) -> dict[str, Any]:
        if not isinstance(schema, Mapping):
            raise refused("Each field of the schema must be described by an object.")
        self._nodes += 1
        if depth > DEEPEST or self._nodes > MOST_NODES:
            raise refused("The schema is nested too deeply.")
        if "$ref" in schema:
            return self._referred(schema["$ref"], depth)
        self._check(schema)
        plain = {key: value for key, value in schema.items() if key in PLAIN - {"nullable"}}
        if "properties" in plain:
            plain["properties"] = {str(name): self._field(each, depth) for name, each in plain["properties"].items()}
        if "items" in plain:
            plain["items"] = self.of(plain["items"], depth + 1)
        for choice in ("anyOf", "oneOf"):
            if choice in plain:
                plain[choice] = [self.of(each, depth + 1) for each in plain[choice]]
        return _with_null(plain) if schema.get("nullable") is True else plain

    def _field(self, schema: Any, depth: int) -> dict[str, Any]:
        self._fields += 1
        if self._fields > MOST_FIELDS:
            raise refused(f"The schema has more than {MOST_FIELDS} fields.")
        return self.of(schema, depth + 1)

    def _check(self, schema: Mapping[str, Any]) -> None:
        if unknown := sorted(set(map(str, schema)) - PLAIN - SILENT):
            raise refused(f"The schema uses “{unknown[0][:60]}”, which is not supported here.")
        types = schema.get("type", [])
        if not all(isinstance(each, str) and each in TYPES for each in (types if isinstance(types, list) else [types])):
            raise refused("The schema names a type that JSON does not have.")
        if not isinstance(schema.get("additionalProperties", False), bool):
            raise refused("The schema uses “additionalProperties” with a schema, which is not supported here.")
        for name, kind in (("properties", Mapping), ("anyOf", list), ("oneOf", list), ("pattern", str)):
            if name in schema and not isinstance(schema[name], kind):
                raise refused(f"The schema is not valid at {name}.")
        if "pattern" in schema and not is_tame(schema["pattern"]):
            raise refused("The schema has a pattern that could take for ever: no repetitions within repetitions.")

    def _referred(self, reference: Any, depth: int) -> dict[str, Any]:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise refused("The schema refers to another document; give it in one piece.")
        if reference in self._following:
            raise refused("The schema refers to itself; what has no end cannot be read out of a document.")
        self._following.append(reference)
        try:
            return self.of(self._target(reference), depth)
        finally:
            self._following.pop()

    def _target(self, reference: str) -> Any:
        target: Any = self._document
        for step in reference[2:].split("/"):
            step = unquote(step).replace("~1", "/").replace("~0", "~")
            if not isinstance(target, Mapping) or step not in target:
                raise refused(f"The schema refers to “{reference[:100]}”, which it does not hold.")
            target = target[step]
        return target


def _with_null(plain: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0 says `nullable` for what JSON schema says with a type."""
    return {"anyOf": [plain, {"type": "null"}]}


_ESCAPE_OR_CLASS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_REPEATED = re.compile(r"[*+]|\{\d*,\d*\}|\{\d{3,}\}")
_GROUP = re.compile(r"\(([^()]*)\)([*+?]|\{\d*,?\d*\})?")


def is_tame(pattern: str) -> bool:
    """Whether a pattern takes no more than a moment on any text: a group that may come again holds no repetition and no
    choice, few parts repeat at all, and nothing looks around or back."""
    if len(pattern) > LONGEST_PATTERN or re.search(r"\(\?(?!:)|\\[1-9]", pattern):
        return False
    try:
        regex.compile(pattern)
    except (regex.error, RecursionError):
        return False
    bare = _ESCAPE_OR_CLASS.sub("x", pattern).replace("(?:", "(")
    if len(_REPEATED.findall(bare)) > 8:
        return False
    while group := _GROUP.search(bare):
        inner, again = group[1], group[2] or ""
        if again and _REPEATED.fullmatch(again) and (_REPEATED.search(inner) or set("?|~") & set(inner)):
            return False
        mark = "~" if _REPEATED.search(inner) or "|" in inner or "~" in inner else "x"
        bare = bare[: group.start()] + mark + again + bare[group.end() :]
    return True
