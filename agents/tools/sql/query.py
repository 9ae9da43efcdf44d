"""Running a statement that the guard has let through, and telling the model what came of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import errors, sql

from agents.tools.sql import guard, schema
from agents.tools.types import Result, ToolError

# Characters of a value, of a result; columns; rows that are fetched at once. A value is cut where it lies, so that no
# statement can fill our memory with one.
LONGEST_VALUE, LONGEST, MOST_COLUMNS, AT_ONCE = 1000, 60_000, 100, 20
NUMBERS = {16, 20, 21, 23, 26, 700, 701}  # bool, int8, int2, int4, oid, float4, float8: as they are
NUMERIC = 1700


@dataclass(frozen=True)
class Table:
    """What a statement returned; `more`: there would have been more rows."""

    columns: list[str]
    rows: list[list[Any]]
    more: bool

    def text(self) -> str:
        lines = [" | ".join(self.columns), *(" | ".join(map(_shown, row)) for row in self.rows)]
        counted = f"{len(self.rows)} {'row' if len(self.rows) == 1 else 'rows'}"
        more = f"The first {counted}; there are more. Ask for fewer: count, sum, WHERE or LIMIT."
        return "\n".join([*lines, f"({more if self.more else counted})"])

    def result(self) -> Result:
        return Result(self.text(), {"columns": self.columns, "rows": self.rows, "more": self.more})


def run(
    connection: psycopg.Connection[Any], statement: str, tables: schema.Tables, rows: int, stopped: Callable[[], bool]
) -> Table:
    """The first `rows` rows of one SELECT."""
    checked = guard.checked(statement, schema.columns(tables))
    with _told(tables, checked, stopped):
        names, kinds = _described(connection, checked)
        # A cursor can be declared for a SELECT and for nothing else: PostgreSQL's own opinion, beside the guard's.
        with connection.cursor(name="quarry") as cursor:
            cursor.execute(_bounded(checked, kinds, rows + 1))
            return _fetched(cursor, names, kinds, rows)


def _described(connection: psycopg.Connection[Any], statement: str) -> tuple[list[str], list[int]]:
    """The names and types of what the statement will return, without any of its rows."""
    empty = sql.SQL("SELECT * FROM ({}) AS q LIMIT 0").format(sql.SQL(statement))
    # Binary has it sent by the protocol that takes one statement and no more.
    columns = connection.execute(empty, binary=True).description or []
    if not 0 < len(columns) <= MOST_COLUMNS:
        raise ToolError(f"The statement returns {len(columns)} columns. Name those that you need.")
    return [column.name for column in columns], [column.type_code for column in columns]


def _bounded(statement: str, kinds: Sequence[int], rows: int) -> sql.Composed:
    """Around the statement another one that cuts its values and counts its rows."""
    names = [sql.Identifier(f"c{number}") for number in range(len(kinds))]
    values = [
        name if kind in NUMBERS else sql.SQL("left({}::text, {})").format(name, sql.Literal(LONGEST_VALUE + 1))
        for name, kind in zip(names, kinds, strict=True)
    ]
    return sql.SQL("SELECT {values} FROM ({statement}) AS q ({names}) LIMIT {rows}").format(
        values=sql.SQL(", ").join(values),
        statement=sql.SQL(statement),  # written by the guard
        names=sql.SQL(", ").join(names),
        rows=sql.Literal(rows),
    )


def _fetched(cursor: Any, names: list[str], kinds: Sequence[int], most: int) -> Table:
    rows: list[list[Any]] = []
    size = 0
    while found := cursor.fetchmany(AT_ONCE):
        for row in found:
            values = [_value(value, kind) for value, kind in zip(row, kinds, strict=True)]
            size += sum(len(_shown(value)) + 3 for value in values)
            if len(rows) == most or size > LONGEST:
                return Table(names, rows, more=True)
            rows.append(values)
    return Table(names, rows, more=False)


def _value(value: Any, kind: int) -> Any:
    if not isinstance(value, str):
        # JSON knows no infinity.
        return str(value) if isinstance(value, float) and value - value != 0 else value
    if kind == NUMERIC and len(value) <= 15 and (number := Decimal(value)).is_finite():
        return int(number) if number == int(number) else float(number)
    return value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}…"


def _shown(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value).lower() if isinstance(value, bool) else " ".join(str(value).split())


@contextmanager
def _told(tables: schema.Tables, statement: str, stopped: Callable[[], bool]) -> Iterator[None]:
    """Has what the database refuses told in words that the model can act on."""
    try:
        yield
    except errors.QueryCanceled:
        if stopped():
            raise ToolError("The statement was stopped.") from None
        raise ToolError("The statement took too long. Ask for less: add WHERE, or sum up fewer rows.") from None
    except errors.LockNotAvailable:
        raise ToolError("The table is locked by somebody else at the moment. Try again later.") from None
    except errors.InsufficientPrivilege as error:
        raise ToolError(f"The database does not allow that: {_primary(error)}.") from None
    except (errors.UndefinedColumn, errors.AmbiguousColumn) as error:
        raise ToolError(f"{_primary(error)}. {_columns(tables, statement)}") from None
    except errors.UndefinedFunction as error:
        raise ToolError(f"{_primary(error)}. Check the types of the arguments, and cast them where needed.") from None
    except errors.OperationalError:
        raise ToolError("The connection to the database broke off. Try once more.") from None
    except psycopg.Error as error:
        raise ToolError(f"The database refused the statement: {_primary(error)}. Correct it and call again.") from None


def _primary(error: psycopg.Error) -> str:
    """The database's sentence with its hint, without its full stop."""
    said = " ".join(filter(None, [error.diag.message_primary, error.diag.message_hint])) or type(error).__name__
    return said[:400].rstrip(".")


def _columns(tables: schema.Tables, statement: str) -> str:
    """The columns of those tables that the statement names."""
    used = [table for table in tables.values() if f'"{table.schema}"."{table.name}"' in statement]
    lines = [f"{table.title}: {', '.join(column.name for column in table.columns)}" for table in used]
    return f"The columns are: {'; '.join(lines)[:1500]}." if lines else "No table is named that has columns."
