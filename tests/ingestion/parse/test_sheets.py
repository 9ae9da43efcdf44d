"""Workbooks: each sheet a page, each row with its column names, values as Excel shows them."""

import datetime
import io
import re
import time
import zipfile

import openpyxl
import pytest
from openpyxl.styles import Font

from ingestion.parse import ParseError, numbers, parse, sheets
from tests.ingestion.making import saved, sheet, sound


def test_sheets_are_pages_and_rows_name_their_columns() -> None:
    workbook = openpyxl.Workbook()
    workbook.active.title = "價目表"
    for row in [["2026 年價目表"], ["品名", "單價", "交期"], ["球閥", 1200, "3 週"], ["泵浦", 35000, "8 週"]]:
        workbook.active.append(row)
    other = workbook.create_sheet("Notes")
    other.append(["Valid until", datetime.date(2026, 12, 31)])
    other.append(["Currency", "TWD"])
    parsed = parse(saved(workbook), "a.xlsx")
    sound(parsed)
    assert parsed.text.split("\n\n") == [
        "價目表",
        "2026 年價目表",
        "品名: 球閥; 單價: 1200; 交期: 3 週\n品名: 泵浦; 單價: 35000; 交期: 8 週",
        "Notes",
        "Valid until: 2026-12-31\nCurrency: TWD",
    ]
    assert [(page.page, parsed.text[page.start :][:3]) for page in parsed.pages] == [(1, "價目表"), (2, "Not")]
    assert [heading.title for heading in parsed.headings] == ["價目表", "Notes"]


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (0.125, "0.0%", "12.5%"),
        (123.4567, "0%", "12345.67%"),
        (1234567.5, "#,##0.00", "1,234,567.5"),
        (-1234567, "#,##0", "-1,234,567"),
        (0.1 + 0.2, "General", "0.3"),
        (12345678.0, "General", "12345678"),
        (True, "General", "TRUE"),
        (datetime.datetime(2026, 4, 14, 9, 30), "General", "2026-04-14 09:30"),
        (datetime.datetime(2026, 4, 14), "General", "2026-04-14"),
        ("特休", "General", "特休"),
    ],
)
def test_values_are_shown_as_in_excel(value: object, number_format: str, shown: str) -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = value
    workbook.active["A1"].number_format = number_format
    assert sheets.shown(workbook.active["A1"]) == shown


@pytest.mark.parametrize(("value", "text"), [(1e15, "1000000000000000.0"), (-0.0, "0"), (2.5, "2.5"), (7, "7")])
def test_plain_numbers(value: float, text: str) -> None:
    assert numbers.plain(value) == text


def test_formatted_emptiness_is_no_reason_to_refuse() -> None:
    workbook = openpyxl.Workbook()
    for row in [["Item", "Price", "Unit"], ["Valve", 120, "pc"]]:
        workbook.active.append(row)
    workbook.active.cell(1, 16_384).font = Font(bold=True)  # a whole row was made bold
    workbook.active.cell(400_000, 1).value = "The end"
    assert parse(saved(workbook), "a.xlsx").text == "Sheet\n\nItem: Valve; Price: 120; Unit: pc\n\nThe end"


def test_too_large_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 2)
    with pytest.raises(ParseError, match="more than 2 rows"):
        parse(sheet(["a"], ["b"], ["c"]), "a.xlsx")


def test_an_empty_workbook_is_said_so() -> None:
    with pytest.raises(ParseError, match="no text"):
        parse(sheet(), "a.xlsx")


def _with_cell(cell: bytes) -> bytes:
    """A workbook of one sheet whose cell B2 is written so."""
    workbook = openpyxl.Workbook()
    for row in [["Item", "Total"], ["Pump", "HERE"]]:
        workbook.active.append(row)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(workbook))) as before, zipfile.ZipFile(made, "w") as after:
        for name in before.namelist():
            written = re.sub(rb'<c r="B2".*?</c>', lambda _: cell, before.read(name))
            after.writestr(name, written)
    return made.getvalue()


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (b'<c r="B2"><f>SUM(A1:A9)</f><v></v></c>', True),
        (b'<c r="B2" s="0"><f>A1*2</f></c>', True),
        (b'<c r="B2"><f t="shared" si="0"/><v/></c>', True),
        (b'<c r="B2"><f>A1*2</f><v>5</v></c>', False),
        (b'<c r="B2" t="str"><f>IF(A1=1,"","x")</f><v></v></c>', False),
        (b'<c r="B2"><v>5</v></c>', False),
    ],
)
def test_formulas_without_results_are_told(cell: bytes, told: bool) -> None:
    parsed = parse(_with_cell(cell), "a.xlsx")
    assert [warning for warning in parsed.warnings if "Formulas" in warning] == [sheets.UNCALCULATED] * told


def test_a_formula_without_a_result_is_found_wherever_it_stands() -> None:
    cell = b'<c r="B2"><f>A1</f></c>'
    for before in range(sheets.PIECE - len(cell) - 2, sheets.PIECE + 3):
        assert sheets.has_uncalculated(io.BytesIO(b" " * before + cell))
    started = time.monotonic()
    assert not sheets.has_uncalculated(io.BytesIO(b"<c " * sheets.PIECE + b"<c><f>" * sheets.PIECE))
    assert time.monotonic() - started < 10
