"""Where values stand in a document, whatever form they are written in."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from agents.extraction import places
from agents.extraction.dates import dates, day_in, read
from agents.extraction.places import Searched, mended
from agents.extraction.quantities import quantities

TEXT = (
    "發票號碼：AB-12345678 日期：中華民國 115 年 5 月 29 日 金額：新臺幣參萬玖仟捌佰元整 (39,800) 稅率 5% "
    "買方：ＨＯＮＧＬＩＮＧ Co.  Ltd 預算 420 萬元 Ref. 9 of 12"
)


@pytest.mark.parametrize(
    ("value", "schema", "how", "words"),
    [
        ("AB-12345678", {}, "verbatim", "AB-12345678"),
        ("AB12345678", {}, "normalised", "AB-12345678"),
        ("2026-05-29", {"format": "date"}, "normalised", "中華民國 115 年 5 月 29 日"),
        ("2026-05-30", {"format": "date"}, "not_found", None),
        (39800, {}, "normalised", "39,800"),
        (4200000, {}, "normalised", "420 萬"),
        (0.05, {}, "normalised", "5%"),
        (9, {}, "verbatim", "9"),
        (10, {}, "not_found", None),
        ("Hongling Co. Ltd", {}, "normalised", "ＨＯＮＧＬＩＮＧ Co.  Ltd"),
        ("Acme", {}, "not_found", None),
        ("TWD", {"enum": ["TWD", "USD"]}, "inferred", None),
        (True, {"type": "boolean"}, "inferred", None),
    ],
)
def test_values_are_found(value: Any, schema: dict[str, Any], how: str, words: str | None) -> None:
    place = Searched(TEXT).place(value, schema)
    assert place.how == how
    assert (TEXT[place.start : place.end] if place.start is not None else None) == words


def test_of_several_places_the_one_that_was_read_is_meant() -> None:
    text = "Total: 500. " * 3
    assert Searched(text, [(12, 24)]).place(500, {}).start == text.index("500", 12)


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-29",
        "2026/5/29",
        "2026.05.29",
        "2026 年 5 月 29 日",
        "民國115年5月29日",
        "中華民國一一五年五月廿九日",
        "一百一十五年五月二十九日",
        "115/05/29",
        "115.5.29",
        "29 May 2026",
        "29th May, 2026",
        "May 29, 2026",
        "29/05/2026",
        "05/29/2026",
        "29-May-2026",
    ],
)
def test_a_date_is_the_same_in_every_form(text: str) -> None:
    assert read(text) == datetime.date(2026, 5, 29)


def test_what_no_calendar_has_is_no_date() -> None:
    assert list(dates("2026-02-30, 民國 115 年 13 月 1 日, 1.2.3, 192.168.1.1, v2.10.4")) == []
    assert (day_in("由她於 7 月 10 日前完成"), day_in("by Friday"), day_in("soon")) == ("7 月 10 日", "Friday", "")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("39,800", 39800),
        ("1.8%", "0.018"),
        ("參萬玖仟捌佰元", 39800),
        ("420 萬", 4200000),
        ("3 million", 3000000),
        ("TWD39,800", 39800),
        ("usd5,000.50", "5000.5"),
    ],
)
def test_a_number_is_the_same_in_every_form(text: str, value: Any) -> None:
    assert Decimal(str(value)) in next(quantities(text)).values


def test_values_take_the_form_that_is_asked_for() -> None:
    schema = {
        "properties": {
            "date": {"type": "string", "format": "date"},
            "sum": {"type": "number"},
            "name": {"type": "string"},
            "none": {"type": ["string", "null"]},
        }
    }
    given = {"date": "115/05/29", "sum": "NT$39,800", "name": " Ada ", "none": "N/A"}
    assert mended(schema, given, "") == {"date": "2026-05-29", "sum": 39800, "name": "Ada", "none": None}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1911-05-29", "2026-05-29"),  # 1911 taken for the year
        ("0115-05-29", "2026-05-29"),  # nothing added
        ("2026-05-29", "2026-05-29"),
        ("2025-05-28", "2025-05-28"),  # of no date in the text: shown as not found
        ("2020-06-01", "2020-06-01"),  # two years have this day
    ],
)
def test_a_year_that_the_model_reckoned_wrongly_is_that_of_the_document(written: str, kept: str) -> None:
    text = "日期：中華民國 115 年 5 月 29 日。2024-06-01 至 2025-06-01。"
    assert mended({"type": "string", "format": "date"}, written, text) == kept


@pytest.mark.parametrize("sign", [" ", "\n", "jan", "7 ", "民國 "])
def test_signs_that_come_again_and_again_keep_nobody_waiting(sign: str) -> None:
    found = list(dates(sign * (100_000 // len(sign)) + "2026-05-29"))
    assert [each.date for each in found] == [datetime.date(2026, 5, 29)]


@pytest.mark.parametrize("row", ["一" * 5_000, "〇" * 5_000, "萬" * 5_000, "9" * 6_000])
def test_a_row_of_numerals_without_end_is_no_fault(row: str) -> None:
    assert Searched(f"{row}\n總計：參萬玖仟捌佰元").place(39800, {"type": "number"}).how == "normalised"


def test_a_long_document_is_read_through_once_however_many_values_are_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text, seen = "On 2026-05-29 it cost 39,800 dollars. " * 9, list[str]()
    for name in ("quantities", "dates"):
        original = getattr(places, name)
        monkeypatch.setattr(places, name, lambda of, name=name, do=original: seen.append(name) or do(of))
    searched = Searched(text)
    schema: dict[str, Any] = {"type": "string", "format": "date"}
    for number in range(50):
        searched.place(39800 + number, {"type": "number"})
        searched.place("2026-05-29", schema)
    several = {"properties": {f"d{number}": schema for number in range(50)}}
    mended(several, {f"d{number}": "2026-05-28" for number in range(50)}, text)
    assert sorted(seen) == ["dates", "dates", "quantities"]


@pytest.mark.parametrize("value", ["12", "026", "39800", "AB-1234", "ab1234"])
def test_a_piece_of_a_longer_number_does_not_stand_there(value: str) -> None:
    text = "Invoice AB-12345678 of 2012 and 2026: 1398001 dollars, ８１２３ pieces."
    assert Searched(text).place(value, {"type": "string"}).how == "not_found"
    found = Searched(f"{text} No {value}a.").place(value, {"type": "string"})
    assert (found.how, found.start) == ("verbatim", len(text) + 4), "the one that stands alone"
