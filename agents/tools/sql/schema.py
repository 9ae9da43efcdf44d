"""What stands in a database, as far as its role may read it and the administrator allows it, in words for a model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import psycopg

SHORTEST, LONGEST_COMMENT, MOST_COLUMNS = 1600, 120, 4000
READABLE = """
SELECT n.nspname, c.relname, coalesce(obj_description(c.oid, 'pg_class'), ''), a.attname,
       format_type(a.atttypid, a.atttypmod), a.attnotnull, coalesce(col_description(c.oid, a.attnum), '')
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = ANY(%(schemas)s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND (%(tables)s::text[] IS NULL OR n.nspname || '.' || c.relname = ANY(%(tables)s))
  AND has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY n.nspname, c.relname, a.attnum
LIMIT %(most)s
"""
KEYS = """
SELECT n.nspname, c.relname, a.attname, k.contype = 'p', fn.nspname || '.' || fc.relname || '.' || fa.attname
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY AS own(number, place)
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = own.number
LEFT JOIN pg_catalog.pg_class fc ON fc.oid = k.confrelid
LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = fc.relnamespace
LEFT JOIN pg_catalog.pg_attribute fa ON fa.attrelid = fc.oid AND fa.attnum = k.confkey[own.place]
WHERE n.nspname = ANY(%(schemas)s) AND k.contype IN ('p', 'f')
"""
SHORT = {
    "character varying": "varchar",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
    "double precision": "float",
    "integer": "int",
}


@dataclass
class Column:
    name: str
    type: str
    required: bool
    comment: str
    primary: bool = False
    refers: str = ""


@dataclass
class Table:
    schema: str
    name: str
    comment: str
    columns: list[Column]

    @property
    def title(self) -> str:
        return f"{self.schema}.{self.name}"


Tables: TypeAlias = dict[tuple[str, str], Table]


def read(connection: psycopg.Connection[Any], config: Mapping[str, Any]) -> Tables:
    """The tables and views that may be asked now."""
    wanted = {"schemas": config["schemas"], "tables": config.get("tables") or None, "most": MOST_COLUMNS}
    found: Tables = {}
    for schema, name, comment, column, kind, required, note in connection.execute(READABLE, wanted):
        table = found.setdefault((schema, name), Table(schema, name, comment, []))
        table.columns.append(Column(column, _short(kind), required, note))
    for schema, name, column, primary, refers in connection.execute(KEYS, wanted):
        table = found.get((schema, name), Table(schema, name, "", []))
        for each in table.columns:
            if each.name == column and primary:
                each.primary = True
            elif each.name == column and tuple(refers.split(".")[:2]) in found:
                each.refers = refers
    return found


def size(tables: Tables) -> int:
    """How many columns all of them have; what lies beyond the limit is not there for anybody who asks."""
    return sum(len(table.columns) for table in tables.values())


def columns(tables: Tables) -> dict[tuple[str, str], Sequence[str]]:
    """The tables as the guard takes them."""
    return {key: [column.name for column in table.columns] for key, table in tables.items()}


def overview(tables: Tables) -> str:
    """All tables in few words: with their columns as long as that stays short."""
    lines = [_line(table) for table in tables.values()]
    if len("\n".join(lines)) <= SHORTEST:
        return "\n".join(lines)
    names, text = [table.title for table in tables.values()], ""
    for number, name in enumerate(names):
        if len(text) + len(name) > SHORTEST:
            return f"{text}, and {len(names) - number} more"
        text += f", {name}" if text else name
    return text


def described(table: Table) -> str:
    """One table with all that is known of it."""
    return "\n".join([f"{table.title}{_note(table.comment)}", *(f"- {_full(column)}" for column in table.columns)])


def named(tables: Tables, name: str) -> Table | None:
    """The table that is meant by `schema.table`, or by its name alone where that is clear."""
    wanted = name.replace('"', "").strip().casefold()
    found = [each for each in tables.values() if wanted in (each.title.casefold(), each.name.casefold())]
    exact = [each for each in found if each.title.casefold() == wanted]
    return next(iter(exact or found if len(found) == 1 or exact else []), None)


def _line(table: Table) -> str:
    return f"{table.title}({', '.join(f'{column.name} {column.type}' for column in table.columns)})"


def _full(column: Column) -> str:
    return f"{column.name} {column.type}{''.join(_marks(column))}{_note(column.comment)}"


def _marks(column: Column) -> Iterator[str]:
    if column.primary:
        yield ", primary key"
    elif column.required:
        yield ", never null"
    if column.refers:
        yield f", refers to {column.refers}"


def _note(comment: str) -> str:
    text = " ".join(comment.split())
    return f": {text[:LONGEST_COMMENT]}" if text else ""


def _short(kind: str) -> str:
    for long, short in SHORT.items():
        kind = kind.replace(long, short)
    return kind
