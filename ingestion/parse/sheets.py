"""Excel: each sheet is a page with a heading; each row is a line that names its columns."""

import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

import openpyxl

from ingestion.parse import numbers
from ingestion.parse.builder import Builder
from ingestion.parse.limits import MAX_COLUMNS, MAX_ROWS
from ingestion.parse.types import Parsed, ParseError

UNCALCULATED = "Formulas that were saved without their results were left out; save the file in Excel to have them read."
PIECE, LONGEST_CELL = 2**20, 10_000  # bytes; a formula has 8,192 characters at most
# A formula's cell without a value. In one of type "str" that is a result, too: an empty text.
WITHOUT_RESULT = re.compile(
    rb'<c(?![^<>]{0,300} t="str")(?: [^<>]{0,300})?>\s*<f(?: [^<>]{0,300})?(?:/>|>[^<]{0,9000}</f>)\s*'
    rb"(?:<v\s*/>|<v>\s*</v>)?\s*</c>"
)
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def parse(data: bytes) -> Parsed:
    """Parse an xlsx file: the values as last calculated, hidden sheets too."""
    workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    builder = Builder(MEDIA_TYPE)
    builder.title = workbook.properties.title or ""
    total = 0
    for number, sheet in enumerate(workbook.worksheets, start=1):
        sheet.reset_dimensions()  # files state their own size, and some state it wrongly
        rows = []
        for row in _rows(sheet):
            rows.append(row)
            total += bool(row)
            if total > MAX_ROWS or len(row) > MAX_COLUMNS:
                raise ParseError(f"The workbook has more than {MAX_ROWS:,} rows or {MAX_COLUMNS} columns; split it.")
        if any(rows):
            builder.page(number)
            builder.heading(1, sheet.title)
            _add_sheet(builder, rows)
    workbook.close()
    if uncalculated(data):
        builder.warn(UNCALCULATED)
    return builder.finish()


def uncalculated(data: bytes) -> bool:
    """Whether the workbook has formulas whose results it does not hold, as where a program wrote it: their cells are
    read as empty."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with archive.open(name) as sheet:
                    if has_uncalculated(sheet):
                        return True
    return False


def has_uncalculated(sheet: IO[bytes]) -> bool:
    """The same of one sheet's XML, read in pieces: it may be large."""
    kept = b""
    while piece := sheet.read(PIECE):
        if WITHOUT_RESULT.search(kept := kept + piece):
            return True
        kept = kept[-LONGEST_CELL:]
    return False


def _rows(sheet: Any) -> Iterator[list[str]]:
    """What is written in the cells. A coloured but empty area, of a million rows at times, counts as one empty row."""
    empty = True
    for cells in sheet.iter_rows():
        row = trimmed([shown(cell) for cell in cells])
        if row or not empty:
            yield row
        empty = not row


def _add_sheet(builder: Builder, rows: list[list[str]]) -> None:
    """Blank rows separate tables; a line with one cell above or below a table is a title or a remark."""
    for block in _blocks(rows):
        while block and _filled(block[0]) == 1 and (len(block) == 1 or any(_filled(row) > 1 for row in block)):
            builder.paragraph("".join(block.pop(0)))
        builder.table(block)


def _filled(row: list[str]) -> int:
    return sum(bool(cell) for cell in row)


def _blocks(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    block: list[list[str]] = []
    for row in rows:
        if row:
            block.append(row)
        elif block:
            yield block
            block = []
    if block:
        yield block


def trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at the end."""
    while cells and not cells[-1]:
        cells.pop()
    return cells


def shown(cell: Any) -> str:
    """A cell's value about the way Excel shows it."""
    value, number_format = cell.value, getattr(cell, "number_format", "") or ""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "minutes")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value, number_format)
    return str(value).strip()


def _number(value: float, number_format: str) -> str:
    if "%" in number_format:
        return numbers.percent(value)
    return numbers.grouped(value) if "#,##" in number_format else numbers.plain(value)
