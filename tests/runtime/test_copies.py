"""A text that the model may only copy."""

import json
from pathlib import Path

import pytest
from quarry.runtime import copies
from quarry.runtime.engine.grammars import Grammar
from quarry.runtime.engine.model import LoadedModel
from quarry.runtime.grammar import grammar

SOURCE = 'Translate "C:\\new" into French:\nPlease sign, 請於週五前回覆 — it\'s 5%.'


@pytest.fixture(scope="module")
def model(tiny_file: Path) -> LoadedModel:
    return LoadedModel(tiny_file)


def allowed(model: LoadedModel, source: str, written: str) -> bool:
    schema = {"type": "object", "properties": {"text": {"copied_from": source}}, "required": ["text"]}
    made = Grammar.of(model, grammar(schema))
    try:
        return made.read(json.dumps({"text": written}, ensure_ascii=False).encode())
    finally:
        made.close()


@pytest.mark.parametrize(
    "part", [SOURCE, "Translate", "請於週五前回覆", "週五", "Please sign,", 'C:\\new"', "into French:\nPlease", "5%."]
)
def test_every_part_can_be_written(model: LoadedModel, part: str) -> None:
    assert allowed(model, SOURCE, part)


@pytest.mark.parametrize(
    "other", ["", "Bitte", "please sign", "Pleas", "lease", "週六", "Please  sign", "回覆於", " sign"]
)
def test_nothing_else_can(model: LoadedModel, other: str) -> None:
    assert not allowed(model, SOURCE, other)


@pytest.mark.parametrize("source", ["", "  \n", "word " * copies.MOST, "\ud800 lone"])
def test_a_source_that_is_too_long_or_empty_binds_nothing_and_none_breaks_it(model: LoadedModel, source: str) -> None:
    assert allowed(model, source, "anything") is ("lone" not in source)


def test_several_texts_have_sources_of_their_own(model: LoadedModel) -> None:
    fields = {"a": {"copied_from": "one two"}, "b": {"copied_from": "three"}, "copied_from": {"const": "x"}}
    made = grammar({"type": "object", "properties": fields, "required": list(fields)})
    for a, b, right in (("one", "three", True), ("three", "one", False)):
        read = Grammar.of(model, made)
        assert read.read(json.dumps({"a": a, "b": b, "copied_from": "x"}).encode()) is right
        read.close()
