"""JSON and JSON Lines."""

import pytest

from ingestion.parse import ParseError, parse
from tests.ingestion.making import sound


@pytest.mark.parametrize(
    "source",
    ['[{"品名": "閥", "數量": 3}, {"品名": "泵", "數量": null}]', '{"品名": "閥", "數量": 3}\n{"品名": "泵"}\n'],
)
def test_records_are_rows(source: str) -> None:
    parsed = parse(source.encode(), "a.jsonl")
    sound(parsed)
    assert parsed.text == "品名: 閥; 數量: 3\n品名: 泵"
    assert [block.kind for block in parsed.blocks] == ["row", "row"]


def test_anything_else_stays_json() -> None:
    assert parse('{"a": {"b": ["中", 1]}}'.encode("utf-16"), "a.json").text == (
        '{\n  "a": {\n    "b": [\n      "中",\n      1\n    ]\n  }\n}'
    )


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (b'{"a": 1,}', "not correct JSON: .* in line 1"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 6_000 + b"}", "thousands of digits"),
        (b"[]" + b" " * 10, None),
    ],
)
def test_what_cannot_be_read_is_said_so(source: bytes, sentence: str | None) -> None:
    if sentence is None:
        assert parse(source, "a.json").text == "[]"
        return
    with pytest.raises(ParseError, match=sentence):
        parse(source, "a.json")
