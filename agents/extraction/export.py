"""The table as a file for a spreadsheet. A cell that a spreadsheet would take for a formula is made harmless: its text
came out of a document, which may be anybody's."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from agents.extraction.models import Row

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
LONGEST_CELL = 32_000  # characters that a spreadsheet holds in one
TOO_LONG = 10**15  # a number of which a spreadsheet would lose digits
HEAD = ["document", "status", "confirmed"]
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def as_csv(schema: Mapping[str, Any], rows: Sequence[Row]) -> bytes:
    """With the mark by which Excel knows UTF-8."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows(table(schema, rows))
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def as_xlsx(schema: Mapping[str, Any], rows: Sequence[Row]) -> bytes:
    """One sheet for the fields, and one for each list of things."""
    book = Workbook(write_only=True)
    _sheet(book, "Documents", table(schema, rows))
    for name, each in schema["properties"].items():
        if "properties" in each.get("items", {}):
            _sheet(book, name, _listed(name, each["items"], rows))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def table(schema: Mapping[str, Any], rows: Sequence[Row]) -> Iterator[list[Any]]:
    """A line for the names, and one a document."""
    columns = list(_columns(schema))
    yield [*HEAD, *(harmless(".".join(column)) for column in columns)]
    for row in rows:
        known = [row.document.title, row.status, "yes" if row.confirmed_at else "no"]
        yield [*map(harmless, known), *(harmless(_value(row.values or {}, column)) for column in columns)]


def _listed(name: str, items: Mapping[str, Any], rows: Sequence[Row]) -> Iterator[list[Any]]:
    columns = list(_columns(items))
    yield ["document", *(harmless(".".join(column)) for column in columns)]
    for row in rows:
        found = (row.values or {}).get(name)
        for each in found if isinstance(found, list) else []:  # a schema that names no type takes anything
            yield [harmless(row.document.title), *(harmless(_value(each, column)) for column in columns)]


def _columns(schema: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, each in schema["properties"].items():
        if each.get("properties"):
            yield from _columns(each, (*above, name))
        else:
            yield (*above, name)


def _value(values: Any, column: Sequence[str]) -> Any:
    for name in column:
        values = values.get(name) if isinstance(values, Mapping) else None
    return json.dumps(values, ensure_ascii=False) if isinstance(values, list | dict) else values


def harmless(value: Any) -> Any:
    """Text that begins like a formula with an apostrophe before it; numbers stay numbers where a spreadsheet can hold
    them."""
    if value is None or isinstance(value, float) or (isinstance(value, int) and abs(value) < TOO_LONG):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))[:LONGEST_CELL]
    return f"'{text}" if text.lstrip(" \u3000").startswith(FORMULA) else text


def _sheet(book: Workbook, name: str, lines: Iterator[list[Any]]) -> None:
    sheet = book.create_sheet("".join(char for char in name if char.isalnum() or char in " _-")[:31] or "Sheet")
    for line in lines:
        sheet.append([_cell(sheet, value) for value in line])


def _cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"  # never a formula, whatever it begins with
    return cell
