"""Arguments against schemas of anybody's: what is wrong is said, nothing is fetched, nothing runs for ever."""

import time
from typing import Any

import pytest

from agents.tools import schemas
from agents.tools.types import ToolError

SCHEMA = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "maxLength": 20},
        "days": {"type": "integer", "minimum": 1},
        "unit": {"enum": ["C", "F"]},
        "where": {"type": "object", "properties": {"zip": {"type": "string", "pattern": "^[0-9]{3,5}$"}}},
    },
    "required": ["city"],
    "additionalProperties": False,
}


def fault(arguments: Any, schema: Any = SCHEMA) -> str:
    with pytest.raises(ToolError) as told:
        schemas.refuse(schema, arguments)
    return str(told.value)


def test_what_fits_passes() -> None:
    schemas.refuse(SCHEMA, {"city": "臺北", "days": 2, "unit": "C", "where": {"zip": "106"}})


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "The argument “city” is missing."),
        ({"city": 5}, "“city” must be string."),
        ({"city": "x", "days": "two"}, "“days” must be integer."),
        ({"city": "x", "days": 0}, "“days” breaks minimum 1."),
        ({"city": "x", "unit": "K"}, 'must be one of ["C", "F"]'),
        ({"city": "x", "town": 1}, "not known; known are: city, days, unit, where"),
        ({"city": "x", "where": {"zip": "abc"}}, "“where.zip” must match the pattern"),
        ({"city": "x" * 100}, "maxLength 20"),
    ],
)
def test_what_is_wrong_is_said_so_that_one_can_mend_it(arguments: dict[str, Any], says: str) -> None:
    assert says in fault(arguments)


def test_all_that_is_missing_is_said_at_once_and_what_else_is_wrong() -> None:
    names = [f"part{number}" for number in range(8)]
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": names}
    told = fault({"n": "x", "part0": 1}, schema)
    assert "The arguments “part1”, “part2”, “part3”, “part4”, “part5”, “part6”, “part7” are missing." in told
    assert "“n” must be integer." in told


def test_what_is_said_is_short_whatever_was_sent() -> None:
    assert len(fault({"city": "x", **{f"a{n}" * 50: n for n in range(500)}})) < 2000
    assert "too long" in fault({"city": "x" * 300_000})


@pytest.mark.parametrize("reference", ["http://127.0.0.1:9/x", "file:///etc/passwd", "https://example.test/s", "other"])
def test_nothing_is_fetched(reference: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: Any, **__: Any) -> None:
        raise AssertionError("it was fetched")

    monkeypatch.setattr("urllib.request.urlopen", opened)
    monkeypatch.setattr("socket.socket.connect", opened)
    schema = {"type": "object", "properties": {"a": {"$ref": reference}}}
    assert "another document" in schemas.fault(schema)
    assert "could not be checked" in fault({"a": 1}, schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "$ref": "#"},
        {
            "type": "object",
            "$ref": "#/$defs/d0",
            "$defs": {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)} | {"d40": {}},
        },
    ],
)
def test_references_that_never_end_do(schema: dict[str, Any]) -> None:
    started = time.monotonic()
    assert "could not be checked" in fault({}, schema)
    assert time.monotonic() - started < 5


def test_patterns_that_backtrack_for_ever_do_not() -> None:
    slow = r"(?:a|aa|b?a)+(?:a|ab?)+c\b$"
    name = {"type": "object", "patternProperties": {slow: {"type": "integer"}}, "additionalProperties": False}
    value = {"type": "object", "properties": {"x": {"type": "string", "pattern": slow}}}
    started = time.monotonic()
    schemas.refuse(name, {"a" * 3000: 1})
    schemas.refuse(value, {"x": "a" * 3000})
    assert time.monotonic() - started < 3


def test_a_property_may_be_called_like_a_keyword() -> None:
    schema = {
        "type": "object",
        "properties": {"patternProperties": {"type": "string"}, "$ref": {"type": "string"}},
        "additionalProperties": False,
    }
    assert schemas.fault(schema) == ""
    schemas.refuse(schema, {"patternProperties": "x", "$ref": "http://x"})
    assert "not known" in fault({"other": 1}, schema)


@pytest.mark.parametrize(
    "schema", [None, [], {"type": "array"}, {"type": "object", "properties": 5}, {"type": "object", "x": "y" * 300_000}]
)
def test_what_is_no_schema_is_told(schema: Any) -> None:
    assert schemas.fault(schema)
