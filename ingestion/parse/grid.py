"""Tables whose cells span columns or rows, as plain rows: every row shows each value that applies to it."""

from collections.abc import Iterable, Iterator

from ingestion.parse.limits import MAX_COLUMNS
from ingestion.parse.types import ParseError

MAX_SPAN = 100  # columns; a file may claim millions
MAX_HEIGHT = 10_000
Cell = tuple[str, int, int]  # text, columns, rows


def span(value: str, most: int = MAX_SPAN) -> int:
    """A span as a file states it; nonsense counts as 1."""
    return min(max(int(value), 1), most) if value.isascii() and value.isdecimal() and len(value) < 10 else 1


def filled(rows: Iterable[Iterable[Cell]]) -> Iterator[list[str]]:
    """Each row with its spanning cells repeated, and those that reach down from above in their columns."""
    reaching: dict[int, tuple[str, int]] = {}  # column -> text, and how many rows it still covers
    for cells in rows:
        row: list[str] = []
        for text, columns, height in cells:
            _take(row, reaching)
            for _ in range(columns):
                if height > 1:
                    reaching[len(row)] = (text, height - 1)
                row.append(text)
        _take(row, reaching)
        if len(row) > MAX_COLUMNS:
            raise ParseError(f"A table has more than {MAX_COLUMNS} columns.")
        yield row


def _take(row: list[str], reaching: dict[int, tuple[str, int]]) -> None:
    while len(row) in reaching:
        text, left = reaching.pop(len(row))
        if left > 1:
            reaching[len(row)] = (text, left - 1)
        row.append(text)
