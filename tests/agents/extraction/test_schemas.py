"""Schemas that anybody may send: plain ones are taken, hostile ones refused with a reason."""

import time
from typing import Any

import pytest
from quarry.api import Problem
from quarry.runtime.grammar import grammar

from agents.extraction import checking, schemas, templates


def fields(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def deep(levels: int) -> dict[str, Any]:
    return fields(a={"type": "string"}) if levels == 0 else fields(a=deep(levels - 1))


LAUGHS: dict[str, Any] = fields(a={"$ref": "#/$defs/l0"}) | {
    "$defs": {f"l{n}": {"anyOf": [{"$ref": f"#/$defs/l{n + 1}"}] * 9} for n in range(9)} | {"l9": {"type": "null"}}
}


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        (None, "of type “object”"),
        ([], "of type “object”"),
        ({"type": "object"}, "of type “object”"),
        ({"type": "array", "items": {"type": "string"}}, "of type “object”"),
        (fields(a={"$ref": "https://evil.example/schema.json"}), "another document"),
        (fields(a={"$ref": "file:///etc/passwd"}), "another document"),
        (fields(a={"$ref": "#"}), "another document"),
        (fields(a={"$ref": "#/properties/a"}), "refers to itself"),
        (fields(a={"$ref": "#/$defs/gone"}), "does not hold"),
        (deep(9), "nested too deeply"),
        (deep(900), "nested too deeply"),
        (LAUGHS, "nested too deeply"),
        (fields(**{f"f{n}": {"type": "string"} for n in range(200)}), "more than 80 fields"),
        (fields(a={"type": "string", "description": "x" * 70_000}), "longer than"),
        (fields(a={"type": "string", "pattern": "(a+)+$"}), "pattern"),
        (fields(a={"type": "string", "pattern": "(a|a)*b"}), "pattern"),
        (fields(a={"type": "string", "pattern": "^(([a-z])+.)+[A-Z]([a-z])+$"}), "pattern"),
        (fields(a={"type": "string", "pattern": "(?=a)b"}), "pattern"),
        (fields(a={"type": "string", "pattern": "("}), "pattern"),
        (fields(a={"type": "string", "pattern": 5}), "not valid at pattern"),
        (fields(a={"patternProperties": {"(a+)+": {}}}), "not supported"),
        (fields(a={"$dynamicRef": "#a"}), "not supported"),
        (fields(a={"not": {}}), "not supported"),
        (fields(a={"type": "text"}), "a type that JSON does not have"),
        (fields(a={"type": [["string"]]}), "a type that JSON does not have"),
        (fields(a={"type": "string", "minLength": "5"}), "not valid at"),
        (fields(a=True), "described by an object"),
        (fields(a={"type": "object", "properties": []}), "not valid at properties"),
        (fields(a={"type": "object", "additionalProperties": {"type": "string"}}), "additionalProperties"),
    ],
)
def test_what_is_hostile_or_wrong_is_refused_at_once(schema: Any, says: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Problem) as caught:
        schemas.prepare(schema)
    assert says in caught.value.detail
    assert caught.value.errors == {"schema": [caught.value.detail]}
    assert time.monotonic() - begun < 1


def test_references_are_written_out() -> None:
    item = fields(name={"type": "string"})
    schema = fields(items={"type": "array", "items": {"$ref": "#/$defs/item"}}) | {"$defs": {"item": item}}
    assert schemas.prepare(schema) == fields(items={"type": "array", "items": item})
    assert schemas.prepare(fields(a={"type": "string", "nullable": True}))["properties"]["a"] == {
        "anyOf": [{"type": "string"}, {"type": "null"}]
    }


@pytest.mark.parametrize("pattern", [r"^[A-Z]{2}-?\d{8}$", r"^\d{4}-\d{2}-\d{2}$", r"^(TWD|USD)$", r"^09\d{2}-\d{6}$"])
def test_plain_patterns_pass_and_are_checked(pattern: str) -> None:
    schema = schemas.prepare(fields(a={"type": "string", "pattern": pattern}))
    assert checking.faults(schema, {"a": "none of it"}) == [(("a",), "pattern")]


def test_every_template_is_a_schema_of_ours() -> None:
    for id in templates.TEMPLATES:
        schema = templates.schema_of(id)
        assert schema is not None
        assert (
            checking.faults(schema, {name: None for name, each in schema["properties"].items() if "items" not in each})
            == []
        )


def test_the_model_may_leave_out_everything_and_what_may_not_be_null_then_is_not_there() -> None:
    schema = fields(
        a={"type": "string"}, b={"type": ["string", "null"]}, c={"type": "array", "items": {"type": "string"}}
    )
    schema["required"] = ["a"]
    bound = checking.binding(schema)
    assert bound["required"] == ["a", "b", "c"]
    assert checking.faults(bound, {"a": None, "b": None, "c": []}) == []
    values = checking.settled(schema, {"a": None, "b": None, "c": [None, "x"]})
    assert values == {"b": None, "c": ["x"]}
    assert checking.faults(schema, values) == [(("a",), "required")]


@pytest.mark.parametrize("field", [{}, {"description": "Number of the invoice"}, {"minimum": 3}, {"minLength": 2}])
def test_a_field_whose_kind_is_not_said_can_be_written_as_text_a_number_or_nothing(field: dict[str, Any]) -> None:
    schema = schemas.prepare({"type": "object", "properties": {"a": field, "b": {"type": "array", "items": field}}})
    bound = checking.binding(schema)
    assert bound["properties"]["a"] == checking.ANYTHING
    assert bound["properties"]["b"]["items"] == checking.ANYTHING
    assert "a-kv ::=" in grammar(bound)


def test_multiples_are_those_of_the_numbers_as_they_are_written() -> None:
    schema = fields(a={"type": "number", "multipleOf": 0.01})
    wrong = [
        value for value in (19.99, 0.3, 1.1, 7, 1e300, 10**400, 0.005, 19.999) if checking.faults(schema, {"a": value})
    ]
    assert wrong == [0.005, 19.999]
