"""What a grammar lets through as a text: JSON always, and of a pattern what can be held."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from quarry.runtime.engine.grammars import Grammar
from quarry.runtime.engine.model import LoadedModel
from quarry.runtime.grammar import grammar
from quarry.runtime.patterns import plain


@pytest.fixture(scope="module")
def model(tiny_file: Path) -> LoadedModel:
    return LoadedModel(tiny_file)


def allowed(model: LoadedModel, schema: dict[str, object], written: str) -> bool:
    made = Grammar.of(model, grammar(schema))
    try:
        return made.read(written.encode())
    finally:
        made.close()


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (r"^\d{4}-\d{2}-\d{2}$", "2026-11-24", "24 November"),
        (r"^\w+@x\.tw$", "a_1@x.tw", "a@xytw"),
        (r"^[\d-]+$", "12-3", "a"),
        ("^a|b$", "b", "c"),
        (r"^([01]\d|2[0-3]):[0-5]\d$", "23:59", "24:00"),
        (r"^\$5\+$", "$5+", "5"),
    ],
)
def test_a_pattern_that_can_be_held_is(model: LoadedModel, pattern: str, good: str, bad: str) -> None:
    schema = {"type": "string", "pattern": pattern}
    assert allowed(model, schema, json.dumps(good))
    assert not allowed(model, schema, json.dumps(bad))
    assert not allowed(model, schema, good)


@pytest.mark.parametrize(
    "pattern", ["[a-z]+", "^.*$", "^(?:a|b)$", r"^\S+$", "^[^a]$", '^"$', r"^\\$", "^a", r"^a\b$", "^é$", r'^[a"]$']
)
def test_any_other_is_left_out_and_the_tool_stays_usable(model: LoadedModel, pattern: str) -> None:
    assert plain(pattern) is None
    schema = {"type": "object", "properties": {"x": {"type": "string", "pattern": pattern}}, "required": ["x"]}
    assert allowed(model, schema, '{"x": "anything, 什麼都可以"}')
    assert not allowed(model, schema, '{"x": "a", "y": 1}')


def test_a_property_called_pattern_is_a_property(model: LoadedModel) -> None:
    schema = {"type": "object", "properties": {"pattern": {"type": "string"}}, "required": ["pattern"]}
    assert allowed(model, schema, '{"pattern": "x"}')


def test_a_line_break_in_a_text_is_written_as_json_has_it(model: LoadedModel) -> None:
    assert allowed(model, {"type": "string"}, '"one\\ntwo"')
    for raw in ("one\ntwo", "one\ttwo", "one\x00two"):
        assert not allowed(model, {"type": "string"}, f'"{raw}"')
    assert not allowed(model, {"type": "object"}, '{"x": "one\ntwo"}')
