"""CSV and TSV: one line a row, each with its column names."""

import pytest

from ingestion.parse import ParseError, parse, table
from tests.ingestion.making import sound


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950", "utf-16"])
def test_separators_and_encodings(separator: str, encoding: str) -> None:
    lines = [["品名", "單價", "備註"], ["球閥", "1200", "庫存充足"], ["泵浦", "35000", ""]]
    parsed = parse("\r\n".join(separator.join(line) for line in lines).encode(encoding), "a.csv")
    sound(parsed)
    assert parsed.text == "品名: 球閥; 單價: 1200; 備註: 庫存充足\n品名: 泵浦; 單價: 35000"
    assert parsed.media_type == "text/csv"


def test_quotes_line_breaks_and_old_line_ends() -> None:
    assert (
        parse(b'Name,Note\nPump,"says ""hi"",\nthen stops"\n', "a.csv").text
        == 'Name: Pump; Note: says "hi", then stops'
    )
    assert parse(b"Name,Note\rPump,one\rValve,two", "a.csv").text == "Name: Pump; Note: one\nName: Valve; Note: two"


def test_numbers_are_no_header() -> None:
    assert parse(b"1,2,3\n4,5,6", "a.csv").text == "1 | 2 | 3\n4 | 5 | 6"


def test_what_cannot_be_read_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ParseError, match="quotation mark left open"):
        parse(b'a,b\n1,"' + b"x" * 1_100_000, "a.csv")
    monkeypatch.setattr(table, "MAX_ROWS", 2)
    with pytest.raises(ParseError, match="more than 2 rows"):
        parse(b"a\nb\nc", "a.csv")
