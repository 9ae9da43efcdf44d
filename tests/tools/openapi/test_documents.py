"""Reading documents: JSON and YAML, the versions, and what somebody may paste to hurt."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from agents.tools.openapi import yaml
from agents.tools.openapi.document import Document, Unfit
from tests.tools.openapi.offering import one

LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 15))
MERGED = "a0: &a0 {k: v}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 40))


@pytest.mark.parametrize("version", ["3.0.0", "3.0.4", "3.1.0", "3.2.0", 3.0])
def test_versions_three(version: Any) -> None:
    assert not Document({"openapi": version, "paths": {}}).swagger


@pytest.mark.parametrize(
    "text", ["swagger: 2.0\npaths: {}", 'swagger: "2.0"', '{"swagger": "2.0"}', "\ufeff{swagger: 2.0}"]
)
def test_version_two_however_it_is_written(text: str) -> None:
    assert Document(text).swagger


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("", "no object with fields"),
        ("[1]", "no object with fields"),
        ("just words", "no object with fields"),
        ("{}", "no field “openapi” or “swagger”"),
        ("openapi: 4.0.0", "a version that is not read"),
        ('{"swaggerVersion": "1.2", "apis": []}', "a version that is not read"),
        ("openapi: 3.0.0\n  paths: {", "neither JSON nor YAML"),
        ("openapi: !!python/object/apply:os.system ['id']", "neither JSON nor YAML"),
        ("{" * 50_000, "nested too deeply"),
        ("[" * 100_000, "nested too deeply"),
        ("{a: " * 50_000, "nested too deeply"),
        ("- " * 3_000 + "x", "nested too deeply"),
        ('{"a":' * 50_000 + "1" + "}" * 50_000, "nested too deeply"),
        ("openapi: 3.0.0\npaths: &a {x: *a}", "leads into itself"),
        ("openapi: 3.0.0\n" + LAUGHS, "too large once its aliases are followed"),
        ("x" * (13 * 2**20), "longer than"),
    ],
)
def test_what_is_no_document_is_refused_with_the_reason(source: str, why: str) -> None:
    """The nested ones end the whole process where the C parser is asked to build them."""
    started = time.monotonic()
    with pytest.raises(Unfit, match=why):
        Document(source)
    assert time.monotonic() - started < 5


def test_merged_aliases_stay_small() -> None:
    loaded = yaml.load(MERGED)
    assert loaded["a39"] == {"k": "v"}


def test_yaml_means_what_it_says() -> None:
    text = "on: on\nday: 2020-01-01\nten: 010\ntime: 12:30:00\n200: ok\ntrue: yes\n"
    text += "version: 1.10\nnone: ~\nempty:\ninf: .inf"
    assert yaml.load(text) == {
        "on": "on",
        "day": "2020-01-01",
        "ten": 10,
        "time": "12:30:00",
        "200": "ok",
        "true": "yes",
        "version": 1.1,
        "none": None,
        "empty": None,
        "inf": "inf",
    }


def test_merge_keys_are_merged_and_own_words_win() -> None:
    text = "base: &b {a: 1, b: 2}\nmore: &m {b: 3, c: 4}\nboth: {<<: [*b, *m], a: 9}"
    assert yaml.load(text)["both"] == {"a": 9, "b": 2, "c": 4}


def test_a_document_from_the_api_is_cleaned_too() -> None:
    facts = one({"type": "string"})
    assert Document(facts).facts == Document(json.dumps(facts)).facts


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [("#/x/a~1b", 1), ("#/x/c~0d", 2), ("#/x/e%20f", 3), ("#/x/%7Bg%7D", 4), ("#/x/list/1", 6), ("#/x/h%2Fi", 7)],
)
def test_references_find_odd_names(pointer: str, expected: int) -> None:
    names = {"a/b": 1, "c~d": 2, "e f": 3, "{g}": 4, "list": [5, 6], "h/i": 7}
    assert Document({"openapi": "3.0.0", "x": names}).target(pointer) == expected


def test_references_in_a_circle_are_refused() -> None:
    circle = {"a": {"$ref": "#/x/b"}, "b": {"$ref": "#/x/a"}}
    with pytest.raises(Unfit, match="leads in a circle"):
        Document({"openapi": "3.0.0", "x": circle}).resolved({"$ref": "#/x/a"})


def test_words_beside_a_reference_count() -> None:
    document = Document({"openapi": "3.1.0", "x": {"a": {"description": "theirs", "type": "string"}}})
    assert document.resolved({"$ref": "#/x/a", "description": "ours"}) == {"description": "ours", "type": "string"}


def test_models_named_without_their_place_are_found() -> None:
    document = Document({"swagger": "2.0", "definitions": {"a/Pet": {"type": "object"}}})
    assert document.target("a/Pet") == {"type": "object"}
