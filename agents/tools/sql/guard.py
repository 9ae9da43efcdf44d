"""Reads a statement before a database does, and writes down again what it understood: that, and not the text as it
came, is what runs. Whatever is not known to be harmless is refused with a sentence that a small model can act on."""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

from agents.tools.sql.words import FUNCTIONS, SYNTAX, TYPES
from agents.tools.types import ToolError

LONGEST, DEEPEST, MOST_PARTS = 8000, 60, 3000
MOST_NAMED = 40
CALLED = re.compile(r"([a-z_][a-z0-9_]*)(?:\(|$)", re.IGNORECASE)
Tables: TypeAlias = Mapping[tuple[str, str], Sequence[str]]  # (schema, table) -> its columns
# It logs statements that it does not understand: other people's words, which are none of the log's.
logging.getLogger("sqlglot").setLevel(logging.ERROR)
ONE_SELECT = "Only one SELECT is possible, and nothing else: no INSERT, UPDATE, DELETE, DDL or second statement."


def checked(sql: str, tables: Tables) -> str:
    """The statement as it may run, its tables named in full. `tables` are those that may be read."""
    try:
        statement = _parsed(sql)
        _refuse_syntax(statement)
        _qualify(statement, tables)
        return statement.sql("postgres", identify=True, comments=False)
    except RecursionError:
        raise ToolError("The statement is nested too deeply. Write a simpler one.") from None


def _parsed(sql: str) -> exp.Query:
    if len(sql) > LONGEST:
        raise ToolError(f"The statement is too long: at most {LONGEST} characters.")
    if "\x00" in sql:
        raise ToolError("The statement holds a character that no statement may hold.")
    if _depth(sql) > DEEPEST:
        raise ToolError("The statement is nested too deeply. Write a simpler one.")
    try:
        found = [each for each in sqlglot.parse(sql, read="postgres") if each is not None]
    except SqlglotError as error:
        raise ToolError(f"The statement is not valid SQL: {_said(error)}") from None
    if len(found) != 1 or not isinstance(found[0], exp.Select | exp.SetOperation | exp.Subquery):
        raise ToolError(ONE_SELECT)
    return normalize_identifiers(found[0], dialect="postgres")


def _depth(sql: str) -> int:
    """How deeply brackets stand in each other at most; what stands in quotes may be counted too, which only errs on
    the safe side."""
    depth = deepest = 0
    for character in sql:
        depth += (character in "([") - (character in ")]")
        deepest = max(deepest, depth)
    return deepest


def _said(error: BaseException) -> str:
    first = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
    where = " ".join(f"{first.get('start_context') or ''}{first.get('highlight') or ''}".split())[-60:]
    return f"it cannot be read after “{where}”." if where else "it cannot be read."


def _refuse_syntax(statement: exp.Query) -> None:
    for number, node in enumerate(statement.walk()):
        if number > MOST_PARTS:
            raise ToolError("The statement is too large. Write a simpler one.")
        kind = type(node).__name__
        if isinstance(node, exp.DataType):
            _refuse_type(node)
        elif isinstance(node, exp.Column):
            _refuse_column(node)
        elif isinstance(node, exp.Select | exp.Subquery | exp.SetOperation):
            _refuse_clauses(node)
        elif kind not in SYNTAX:
            _refuse_function(node, kind)


def _refuse_clauses(node: exp.Expression) -> None:
    if node.args.get("into"):
        raise ToolError(f"SELECT INTO is not possible. {ONE_SELECT}")
    if node.args.get("locks"):
        raise ToolError("FOR UPDATE and FOR SHARE are not possible: nothing may be locked. Leave it out.")


def _refuse_type(node: exp.DataType) -> None:
    kind = node.this.name if isinstance(node.this, exp.DType) else str(node.this)
    if kind not in TYPES:
        name = node.sql("postgres").lower()
        raise ToolError(f"A cast to {name} is not possible. Cast to text, integer, numeric, date or timestamp.")


def _refuse_column(node: exp.Column) -> None:
    """In PostgreSQL some columns are functions without brackets. Quoted, as we write them, they would only be
    unknown; refused here they get a better answer."""
    if not node.table and node.name in {"current_user", "session_user", "user", "current_role", "current_catalog"}:
        raise ToolError(f"{node.name} is not possible here.")


def _refuse_function(node: exp.Expr, kind: str) -> None:
    if isinstance(node, exp.Insert | exp.Update | exp.Delete | exp.Merge | exp.DDL | exp.Command):
        raise ToolError(ONE_SELECT)
    if isinstance(node, exp.Placeholder | exp.Parameter):
        raise ToolError("The statement holds a placeholder. Write the values into it.")
    if not isinstance(node, exp.Func):
        raise ToolError(f"The statement uses something that is not possible here ({kind}). Write it more simply.")
    name = _name(node)
    if name not in FUNCTIONS or isinstance(node.parent, exp.Dot):
        raise ToolError(f"The function {name or kind} is not possible here. Use ordinary functions only.")


def _name(node: exp.Func) -> str:
    """The function by the name that will be sent, whatever it was called in the text."""
    if isinstance(node, exp.Anonymous):
        return node.name.lower()
    found = CALLED.match(node.sql("postgres", comments=False))
    return found[1].lower() if found else ""


def _qualify(statement: exp.Query, tables: Tables) -> None:
    """Names each table in full. When the statement runs no schema is searched but the server's own, all of whose
    tables begin with pg_: so a name that is left as it is can mean a common table expression and nothing else."""
    common = {cte.alias for cte in statement.find_all(exp.CTE)}
    for name in common:
        if name.casefold().startswith("pg_"):
            raise ToolError(f"{name} is no name for a common table expression. Choose another.")
    for table in statement.find_all(exp.Table):
        if isinstance(table.this, exp.Func) and not table.db:
            continue  # a function in FROM, which was looked at by its name
        if not isinstance(table.this, exp.Identifier) or table.catalog:
            raise ToolError(f"{table.sql('postgres')} is not a table that may be read.{_known(tables)}")
        if table.db or table.name not in common:
            _name_in_full(table, tables)


def _name_in_full(table: exp.Table, tables: Tables) -> None:
    found = [key for key in tables if key[1] == table.name and table.db in ("", key[0])]
    if not found:
        raise ToolError(f"There is no table {table.sql('postgres')} that may be read.{_known(tables)}")
    if len(found) > 1:
        names = ", ".join(".".join(key) for key in found)
        raise ToolError(f"Several tables are called {table.name}: {names}. Name the schema as well.")
    table.set("db", exp.to_identifier(found[0][0]))


def _known(tables: Tables) -> str:
    names = list(_shown(tables))
    return f" There are: {', '.join(names)}." if names else " None may be read."


def _shown(tables: Tables) -> Iterator[str]:
    for number, key in enumerate(sorted(tables)):
        if number == MOST_NAMED:
            yield "…"
            return
        yield ".".join(key)
