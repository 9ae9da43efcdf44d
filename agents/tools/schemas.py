"""Arguments against a JSON schema that may be anybody's: nothing is fetched, nothing runs for ever, and what is wrong
is said in words that a small model can act on."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, SchemaError, ValidationError, validators
from referencing import Registry
from referencing.exceptions import Unresolvable

from agents.tools import patterns
from agents.tools.types import ToolError

LONGEST_SCHEMA = LONGEST_ARGUMENTS = 200_000  # characters of JSON
MOST_CHECKS = 20_000  # keywords looked at for one call: references to references can double with each level
MOST_SAID, LONGEST_SAID = 5, 300
# Keywords beneath which names stand that are not keywords.
NAMES = {"properties", "$defs", "definitions", "dependentSchemas", "dependentRequired"}
# Matched by an unbounded engine; without them a schema only says less.
LEFT_OUT = {"patternProperties", "additionalProperties", "unevaluatedProperties"}


class _TooMuch(Exception):
    pass


def fault(schema: Any) -> str:
    """What is wrong with a function's schema, as a sentence; empty where nothing is."""
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return "The parameters of an operation are a JSON schema of type “object”."
    if len(json.dumps(schema)) > LONGEST_SCHEMA:
        return "The schema of an operation is too large."
    try:
        Draft202012Validator.check_schema(bounded(schema))
    except (SchemaError, RecursionError):
        return "The parameters of an operation are not a JSON schema."
    if any(not str(each).startswith("#") for each in _references(schema)):
        return "The schema of an operation refers to another document, which is not fetched."
    return ""


def described(parameters: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The schemas of a function's arguments by their names; that of one which may be anything (`true`) is empty."""
    properties = (parameters.get("properties") or {}).items()
    return {name: schema if isinstance(schema, Mapping) else {} for name, schema in properties}


def refuse(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> None:
    """Raises ToolError where the schema does not accept the arguments."""
    try:
        if len(json.dumps(arguments)) > LONGEST_ARGUMENTS:
            raise ToolError("The arguments are too long. Call again with less text.")
        faults = _faults(bounded(schema), arguments)
    except (TypeError, ValueError, RecursionError, Unresolvable, SchemaError, _TooMuch):
        raise ToolError("The arguments could not be checked. Use only simple values that the tool asks for.") from None
    if faults:
        raise ToolError("The call was not made. " + " ".join(faults) + " Correct this and call again.")


def bounded(schema: Any) -> Any:
    """The schema without what cannot be checked within bounds."""
    if isinstance(schema, list):
        return [bounded(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    out = LEFT_OUT if "patternProperties" in schema else set()
    return {
        key: {name: bounded(each) for name, each in value.items()}
        if key in NAMES and isinstance(value, Mapping)
        else value
        if key in ("enum", "const", "default", "examples", "example")
        else bounded(value)
        for key, value in schema.items()
        if key not in out
    }


def _faults(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> list[str]:
    validator = _validator()(schema, registry=Registry())
    found: dict[str, None] = {}
    for error in validator.iter_errors(arguments):
        found[said(error)] = None
        if len(found) == MOST_SAID:
            break
    return list(found)


def _validator() -> Any:
    """A validator with a budget of its own."""
    left = MOST_CHECKS

    def counted(check: Any) -> Any:
        def run(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise _TooMuch
            return check(validator, value, instance, schema)

        return run

    checks = {name: counted(check) for name, check in Draft202012Validator.VALIDATORS.items()}
    return validators.extend(Draft202012Validator, checks | {"pattern": counted(_pattern)})


def _pattern(validator: Any, pattern: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, str):
        return
    try:
        matches = patterns.found(str(pattern), instance)
    except patterns.Unanswerable:
        return  # whoever wrote it checks again
    if not matches:
        yield ValidationError(f"does not match {pattern}")


def said(error: ValidationError) -> str:
    """One fault for the model: which argument, and what it should be."""
    place = ".".join(str(part) for part in error.absolute_path)
    name = f"The argument “{place}”" if place else "The call"
    match error.validator:
        case "required":
            # An error comes for each of them, and all are said with the first: what is said twice is told once.
            gone = [f"“{place}.{each}”" if place else f"“{each}”" for each in _missing(error)]
            text = f"The argument{'s' * (len(gone) > 1)} {', '.join(gone)} {'are' if len(gone) > 1 else 'is'} missing."
        case "type":
            wanted = error.validator_value
            text = f"{name} must be {' or '.join(wanted) if isinstance(wanted, list) else wanted}."
        case "enum":
            text = f"{name} must be one of {json.dumps(error.validator_value, ensure_ascii=False, default=str)}."
        case "additionalProperties":
            known = ", ".join((error.schema.get("properties") or {}).keys()) if isinstance(error.schema, dict) else ""
            text = f"{name} has an argument that is not known; known are: {known or 'none'}."
        case "pattern":
            text = f"{name} must match the pattern {error.validator_value}."
        case "minimum" | "maximum" | "minLength" | "maxLength" | "minItems" | "maxItems" | "const":
            text = f"{name} breaks {error.validator} {error.validator_value}."
        case _:
            text = f"{name}: {error.message}"
    return text if len(text) <= LONGEST_SAID else text[: LONGEST_SAID - 1] + "…"


def _missing(error: ValidationError) -> list[str]:
    return [str(each) for each in error.validator_value if each not in error.instance]


def _references(schema: Any) -> Iterator[Any]:
    if isinstance(schema, Mapping):
        yield from (schema[key] for key in ("$ref", "$dynamicRef") if isinstance(schema.get(key), str))
        for each in schema.values():
            yield from _references(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _references(each)
