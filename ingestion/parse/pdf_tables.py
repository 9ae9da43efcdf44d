"""Tables on a PDF page, put together again from the places of their pieces.

A PDF knows no tables: it knows pieces of text with a place. Where lines divide into cells that stand above one another,
there is a table; its columns are the stretches of the page that the cells cover, and a piece below a cell, closer than
rows are, goes on with it. Cells that run over several lines are what makes this necessary: most tables have some.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingestion.parse.pdf_lines import Cell, Line

_CLOSE = 0.7  # of the type size: the gap between two lines of one cell is at most this
_APART = 0.25  # of the type size: columns are at least this far from each other


@dataclass(slots=True)
class Row:
    """A row while it is being read: the cells' texts by column, and how far down each column has come."""

    top: float
    bottom: float
    texts: dict[int, list[Line]] = field(default_factory=dict)
    bottoms: dict[int, float] = field(default_factory=dict)

    def add(self, column: int, cell: Cell, line: Line) -> None:
        self.texts.setdefault(column, []).append(Line(cell.text, hyphen=cell.hyphen))
        self.bottoms[column] = line.bottom
        self.top, self.bottom = max(self.top, line.top), min(self.bottom, line.bottom)


@dataclass(slots=True)
class Column:
    """The stretch of the page between `left` and `right`. `number` stays when the columns are put in order."""

    number: int
    left: float
    right: float

    def meets(self, cell: Cell) -> bool:
        return cell.left < self.right and self.left < cell.right


@dataclass
class Table:
    """The lines of one table so far."""

    lines: list[Line] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def take(self, line: Line) -> bool:
        """Adds the line if it belongs to the table."""
        if self.lines and line.size != self.lines[-1].size and abs(line.size - self.lines[-1].size) > 2:
            return False
        placed = self._placed(line)
        if placed is None:
            return False
        row = self._row(line, [column for column, _ in placed])
        if row is None:
            return False
        for column, cell in placed:
            column.left, column.right = min(column.left, cell.left), max(column.right, cell.right)
            row.add(column.number, cell, line)
        self.lines.append(line)
        return True

    def cells(self) -> list[list[list[Line]]]:
        """The rows; of each cell the lines. Columns from left to right."""
        numbers = [column.number for column in sorted(self.columns, key=lambda column: column.left)]
        return [[row.texts.get(number, []) for number in numbers] for row in self.rows]

    @property
    def convincing(self) -> bool:
        """Two rows of three cells, or three of two: fewer may be chance."""
        filled = [len(row.texts) for row in self.rows]
        return sum(count >= 3 for count in filled) >= 2 or sum(count >= 2 for count in filled) >= 3

    def _placed(self, line: Line) -> list[tuple[Column, Cell]] | None:
        """Each cell's column; None where one covers several, two share one, or a lone one
        below the table so far starts a column."""
        placed: list[tuple[Column, Cell]] = []
        for cell in line.cells:
            met = [column for column in self.columns if column.meets(cell)]
            if len(met) > 1 or (met and any(met[0] is column for column, _ in placed)):
                return None
            if not met and len(line.cells) == 1 and not (self.rows and self._beside(self.rows[-1], line)):
                return None
            placed.append((met[0] if met else Column(-1, cell.left, cell.right), cell))
        if not self._apart(placed, line.size * _APART):
            return None
        for column, _ in placed:
            if column.number < 0:
                column.number = len(self.columns)
                self.columns.append(column)
        return placed

    def _apart(self, placed: Sequence[tuple[Column, Cell]], gap: float) -> bool:
        """Whether the columns, grown by these cells, still stand apart."""
        grown = {id(column): (min(column.left, c.left), max(column.right, c.right)) for column, c in placed}
        for column in self.columns:
            grown.setdefault(id(column), (column.left, column.right))
        spans = sorted(grown.values())
        return all(left[1] + gap <= right[0] for left, right in pairwise(spans))

    def _row(self, line: Line, columns: Sequence[Column]) -> Row | None:
        """The row that the line belongs to: the last one, or a new one; None where it ends the table."""
        row = self.rows[-1] if self.rows else None
        if row is not None and (self._beside(row, line) or self._goes_on(row, line, columns)):
            return row
        if len(line.cells) == 1:
            return None
        self.rows.append(Row(line.top, line.bottom))
        return self.rows[-1]

    def _beside(self, row: Row, line: Line) -> bool:
        """Whether the line stands at the row's height, or close above: the first line of a cell that is set in the
        middle of a row, and longer than those before it."""
        if min(row.top, line.top) - max(row.bottom, line.bottom) > 0.4 * (line.top - line.bottom):
            return True
        above = line.bottom - row.top
        free = len(self.rows) < 2 or line.top < self.rows[-2].bottom
        return free and -0.4 * line.size < above <= line.size * _CLOSE

    def _goes_on(self, row: Row, line: Line, columns: Sequence[Column]) -> bool:
        """Whether the line is the next one of cells that the row has: close below them, and not a row of its own."""
        if len(line.cells) > 1 and self._first in columns:
            return False
        close = line.size * _CLOSE
        return all(
            column.number in row.bottoms and -0.2 * line.size <= row.bottoms[column.number] - line.top <= close
            for column in columns
        )

    @property
    def _first(self) -> Column:
        return min(self.columns, key=lambda column: column.left)


def with_tables(lines: Sequence[Line]) -> Iterator[Line | Table]:
    """The page's lines, with a `Table` in the place of those that make one."""
    place = 0
    while place < len(lines):
        table = _table_at(lines, place)
        if table is not None:
            yield table
            place += len(table.lines)
        else:
            yield lines[place]
            place += 1


def _table_at(lines: Sequence[Line], place: int) -> Table | None:
    if len(lines[place].cells) < 2:
        return None
    table = Table()
    for line in lines[place:]:
        if not table.take(line):
            break
    return table if table.convincing else None
