"""Values against the schema that they are to fit, and the schema as the model is bound by it."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import regex
from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators
from referencing import Registry

Path = tuple[str | int, ...]
SECONDS = 0.2
MOST_ITEMS = 30  # of a list that the model may write


def faults(schema: Mapping[str, Any], values: Any) -> list[tuple[Path, str]]:
    """Where the values do not fit, and which word of the schema says so."""
    checker = _Validator(schema, registry=Registry(), format_checker=FormatChecker(["date", "email"]))
    return [found for error in checker.iter_errors(values) for found in _places(error)]


def _places(error: ValidationError) -> Iterator[tuple[Path, str]]:
    path = tuple(error.absolute_path)
    if error.validator == "required" and isinstance(error.instance, Mapping):
        yield from (((*path, name), "required") for name in error.validator_value if name not in error.instance)
    else:
        yield path, str(error.validator)


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, str):
        return
    try:
        fits = regex.search(pattern, instance, timeout=SECONDS) is not None
    except TimeoutError:
        fits = False
    if not fits:
        yield ValidationError(f"does not match {pattern}")


def _multiple(validator: Any, unit: float, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """By the numbers as they are written: 19.99 is a multiple of 0.01, and none is too large."""
    if validator.is_type(instance, "number") and Fraction(str(instance)) % Fraction(str(unit)):
        yield ValidationError(f"is no multiple of {unit}")


_Validator: Any = validators.extend(Draft202012Validator, {"pattern": _pattern, "multipleOf": _multiple})


def binding(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema that a model writes under: each field is there, and each may be null, because a model that must write
    something makes it up."""
    if "properties" in schema:
        fields = {name: _or_null(each) for name, each in schema["properties"].items()}
        return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    if "items" in schema:
        most = min(int(schema.get("maxItems", MOST_ITEMS)), MOST_ITEMS)
        return {"type": "array", "items": binding(schema["items"]), "maxItems": most}
    return dict(schema) if KINDS & schema.keys() else dict(ANYTHING)


def _or_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    bound = binding(schema)
    return bound if "properties" in schema or "items" in schema or takes_null(schema) else {"anyOf": [bound, NULL]}


NULL = {"type": "null"}
KINDS = {"type", "enum", "const", "anyOf", "oneOf"}
# What a field may be whose schema does not say it: the grammar of nothing at all is that of an object.
ANYTHING = {"type": ["string", "number", "boolean", "null"]}


def takes_null(schema: Mapping[str, Any]) -> bool:
    """Whether null is a value that the schema accepts."""
    return not faults(schema, None)


def settled(schema: Mapping[str, Any], values: Any) -> Any:
    """Values without the nulls that the schema does not accept: then the field is not there."""
    if isinstance(values, Mapping) and "properties" in schema:
        kept = {}
        for name, value in values.items():
            field = schema["properties"].get(name, {})
            value = settled(field, value)
            if value is not None or takes_null(field):
                kept[name] = value
        return kept
    if isinstance(values, list) and "items" in schema:
        items = [settled(schema["items"], each) for each in values]
        return [each for each in items if each not in (None, {})]
    return values


def leaves(schema: Mapping[str, Any], values: Any, path: Path = ()) -> Iterator[tuple[Path, Mapping[str, Any], Any]]:
    """Every value that holds no others, with its place and its schema."""
    if isinstance(values, Mapping):
        for name, value in values.items():
            yield from leaves(schema.get("properties", {}).get(name, {}), value, (*path, name))
    elif isinstance(values, list):
        for place, value in enumerate(values):
            yield from leaves(schema.get("items", {}), value, (*path, place))
    else:
        yield path, schema, values


def named(path: Path) -> str:
    """A place as people read it: `items.0.amount`."""
    return ".".join(map(str, path))


def is_of(schema: Mapping[str, Any], *types: str) -> bool:
    """Whether the schema is of one of these types, null aside."""
    found = schema.get("type", [])
    own = set(found if isinstance(found, list) else [found])
    inner = [each for choice in ("anyOf", "oneOf") for each in schema.get(choice, ())]
    return bool(own & set(types)) or any(is_of(each, *types) for each in inner)


def format_of(schema: Mapping[str, Any]) -> str:
    """The format that is asked for, also inside of a choice."""
    inner = [each for choice in ("anyOf", "oneOf") for each in schema.get(choice, ())]
    return str(schema.get("format", "")) or next(filter(None, map(format_of, inner)), "")
