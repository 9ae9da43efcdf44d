"""CSV and TSV: one line a row, each with its column names."""

import csv
import io
import re
from collections.abc import Iterator

from ingestion.parse.builder import Builder
from ingestion.parse.encoding import decode
from ingestion.parse.limits import MAX_COLUMNS, MAX_ROWS
from ingestion.parse.types import Parsed, ParseError

_NUMBER = re.compile(r"[-+]?[\d.,]+%?")


def parse(data: bytes) -> Parsed:
    """Parse comma, semicolon, tab or bar separated values."""
    text, warnings = decode(data)
    builder = Builder("text/csv")
    for warning in warnings:
        builder.warn(warning)
    rows = [row for row in _read(text) if any(cell.strip() for cell in row)]
    if len(rows) > MAX_ROWS or max(map(len, rows), default=0) > MAX_COLUMNS:
        raise ParseError(f"The table has more than {MAX_ROWS:,} rows or {MAX_COLUMNS} columns; split it.")
    named = len(rows) > 1 and len(rows[0]) > 1 and not any(_NUMBER.fullmatch(cell.strip()) for cell in rows[0])
    builder.table(rows, header_rows=named)
    return builder.finish()


def _read(text: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), dialect(text))
    except csv.Error as error:
        raise ParseError(f"The table cannot be read: {error}; is a quotation mark left open?") from error


def dialect(text: str) -> type[csv.Dialect]:
    """The separator that splits the first lines most evenly."""
    lines = [line for line in text[:20_000].splitlines()[:20] if line.strip()]

    def evenness(separator: str) -> tuple[int, int]:
        counts = [line.count(separator) for line in lines]
        return (sum(count == counts[0] for count in counts) if counts and counts[0] else 0, sum(counts))

    class Found(csv.excel):
        delimiter = max(",;\t|", key=evenness)

    csv.field_size_limit(1_000_000)
    return Found
