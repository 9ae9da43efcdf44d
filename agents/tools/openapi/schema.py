"""The document's schemas as self-contained JSON schemas that a model can be held to.

References are written out, `allOf` is joined, what only an answer has (`readOnly`) is left out. What has no end, or
would be too much, ends as a value without further form: the service has the last word anyway. Patterns are left out:
they are written for other engines, and a small text against a bad one can take hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .document import Document
from .nodes import entries, fields, kind_of, merged, nullable, text
from .values import CHOICES, Schema, bounds, hinted, or_null, simple, union
from .words import plain

ALTERNATIVES = 4
# Fields of one object that may be missing: a grammar has a bracket within a bracket for each, and only so many of them.
OPTIONAL = 30
LONGEST_NAME = 100
HINTED = 2  # levels whose fields are described
LOOKS = 2500  # nodes that are looked at for one operation
# Alternatives of nothing else say which fields belong together; a model is not told.
ONLY_ASKS = {"required", "not", "description", "title"}
Within = frozenset[str]  # the references that are being written out


class TooMuch(Exception):
    """Written out to this depth, the schema is more than a model should read."""


class Schemas:
    """Schemas of one document, written out down to `deepest` levels."""

    def __init__(self, document: Document, deepest: int) -> None:
        self._document, self._deepest, self._left = document, deepest, LOOKS

    def of(self, node: Any, depth: int = 0, within: Within = frozenset()) -> Schema:
        """The schema of a node."""
        joined, within, circular = self.joined(node, within)
        made = simple(joined) if circular or depth > self._deepest else self._made(joined, depth, within)
        return hinted(made, joined) if depth <= HINTED else made

    def joined(self, node: Any, within: Within = frozenset()) -> tuple[Mapping[str, Any], Within, bool]:
        """A node with its reference followed and everything of `allOf` in it; last whether it leads into itself."""
        self._left -= 1
        if self._left < 0:
            raise TooMuch
        if not isinstance(node, Mapping):
            return {}, within, False
        if isinstance(reference := node.get("$ref"), str):
            if reference in within:
                return {"type": kind_of(self._document.resolved(node))}, within, True
            beside = {key: each for key, each in node.items() if key != "$ref"}
            target, within, circular = self.joined(self._document.target(reference), within | {reference})
            return merged(target, beside), within, circular
        parts: Mapping[str, Any] = {}
        for part in entries(node, "allOf"):
            inner, within, circular = self.joined(part, within)
            parts = parts if circular else merged(parts, inner)
        return merged(parts, {key: each for key, each in node.items() if key != "allOf"}), within, False

    def _made(self, node: Mapping[str, Any], depth: int, within: Within) -> Schema:
        alternatives, null = self._alternatives(node, within)
        if len(alternatives) > 1:
            made = self._any(alternatives, depth)
        elif alternatives:
            made = self._made(alternatives[0][0], depth, alternatives[0][1])
        else:
            made = self._one(node, depth, within)
        return or_null(made) if null or nullable(node) else made

    def _alternatives(
        self, node: Mapping[str, Any], within: Within
    ) -> tuple[list[tuple[Mapping[str, Any], Within]], bool]:
        """What of `oneOf` or `anyOf` the value can be, each with what they share; and whether it can be null."""
        shared = {key: each for key, each in node.items() if key not in ("oneOf", "anyOf", "discriminator")}
        found: list[tuple[Mapping[str, Any], Within]] = []
        null = False
        for each in entries(node, "oneOf") or entries(node, "anyOf"):
            inner, opened, circular = self.joined(each, within)
            if inner.get("type") == "null" or inner.get("enum") == [None]:
                null = True
            elif not circular and inner.keys() - ONLY_ASKS:
                found.append((merged(shared, _told_apart(node, each, inner)), opened))
        return found, null

    def _any(self, alternatives: Sequence[tuple[Mapping[str, Any], Within]], depth: int) -> Schema:
        made: list[Schema] = []
        for node, opened in alternatives:
            inner = self.of(node, depth, opened)
            made += [each for each in inner.get("anyOf", [inner]) if each not in made]
        if all("enum" in each for each in made):
            return {"enum": [value for each in made for value in each["enum"]][:CHOICES]}
        if len(made) > ALTERNATIVES:
            return union(made)
        return made[0] if len(made) == 1 else {"anyOf": made}

    def _one(self, node: Mapping[str, Any], depth: int, within: Within) -> Schema:
        match kind_of(node):
            case "object":
                return self._object(node, depth, within)
            case "array":
                return self._array(node, depth, within)
        return simple(node)

    def _object(self, node: Mapping[str, Any], depth: int, within: Within) -> Schema:
        properties: dict[str, Schema] = {}
        required = [each for each in entries(node, "required") if isinstance(each, str)]
        for name, each in fields(node, "properties").items():
            facts, _, _ = self.joined(each, within)
            if facts.get("readOnly") is True or each is False or not _nameable(name):
                continue
            properties[name] = self.of(each, depth + 1, within)
            if facts.get("required") is True:  # as it was written before 2013, and still is
                required.append(name)
        kept = [name for name in dict.fromkeys(required) if name in properties]
        for name in [name for name in properties if name not in kept][OPTIONAL:]:
            del properties[name]
        values = fields(node, "additionalProperties")
        if not properties and values:
            return {"type": "object", "additionalProperties": self.of(values, depth + 1, within)}
        return {
            "type": "object",
            **({"properties": properties} if properties else {}),
            **({"required": kept} if kept else {}),
        }

    def _array(self, node: Mapping[str, Any], depth: int, within: Within) -> Schema:
        items = node.get("items") or entries(node, "prefixItems")
        made = self.of(items[0] if isinstance(items, list) and items else items, depth + 1, within)
        return {"type": "array", "items": made, **bounds(node, "minItems", "maxItems")}


def _told_apart(node: Mapping[str, Any], alternative: Any, inner: Mapping[str, Any]) -> Mapping[str, Any]:
    """An alternative with the value by which a `discriminator` tells it from the others."""
    name = text(node.get("discriminator"), "propertyName")
    last = text(alternative, "$ref").rpartition("/")[2]
    if not name or not last:
        return inner
    mapping = fields(node.get("discriminator"), "mapping")
    value = next((each for each, to in mapping.items() if str(to).rpartition("/")[2] == last), last)
    said = {"properties": {name: {"type": "string", "enum": [value]}}, "required": [name]}
    return merged(said, inner, frozenset({name}))


def _nameable(name: str) -> bool:
    """A field of this name reads as a reference to whoever walks through a schema."""
    return name not in ("$ref", "$defs") and plain(name, LONGEST_NAME)
