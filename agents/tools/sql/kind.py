"""The kind "sql": a PostgreSQL database that is asked by SELECT."""

import re
import ssl
import time
from collections.abc import Mapping, Sequence
from typing import Any

from quarry import egress
from quarry.api import Problem

from agents.tools.kinds import Kind, Offer
from agents.tools.models import Operation, Tool
from agents.tools.registry import Call
from agents.tools.sql import connection, query, schema
from agents.tools.types import Context, Result, ToolError

FIELDS = ("host", "port", "database", "user", "sslmode", "ca", "schemas", "tables", "rows")
MODES = ("disable", "prefer", "require", "verify-ca", "verify-full")
IMPORT_SECONDS, MOST_NAMES = 15.0, 500
NAME = re.compile(r"[^\W\d][\w$]{0,62}")
HOST = re.compile(r"[A-Za-z0-9.:_-]{1,253}|/[\w./+-]{1,100}")
WRONG = {
    "host": "Give the name or the address of the server, or the folder of its socket.",
    "port": "Give a number from 1 to 65535.",
    "text": "This is needed.",
    "sslmode": "This is one of disable, prefer, require, verify-ca and verify-full.",
    "ca": "This is not a certificate in PEM form.",
    "schemas": "Name at least one schema that may be read, and none of the server's own.",
    "tables": "Name tables as schema.table, in the schemas that may be read.",
    "rows": "Give a number from 1 to 1000.",
}
QUERY = "Asks the database {name} by one SELECT (PostgreSQL), and returns its rows. Tables:\n{tables}"
DESCRIBE = "Lists the tables of the database {name}, or the columns of one of them. Call it before a query."


def check(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of the form, or a Problem that names each field with what is wrong."""
    wrong = {name: [WRONG[why]] for name, why in _faults(fields)}
    if wrong:
        raise Problem(400, "Some fields are missing or wrong.", code="validation", errors=wrong)
    found = {name: fields[name] for name in FIELDS if fields.get(name) not in (None, "", [])}
    return {"port": 5432, "rows": 100, **found}


def _faults(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    schemas, tables = fields.get("schemas"), fields.get("tables") or []
    checks = {
        ("host", "host"): isinstance(fields.get("host"), str) and HOST.fullmatch(fields["host"]),
        ("port", "port"): _number(fields.get("port", 5432), 65535),
        ("database", "text"): _text(fields.get("database")),
        ("user", "text"): _text(fields.get("user")),
        ("sslmode", "sslmode"): not fields.get("sslmode") or fields["sslmode"] in MODES,
        ("ca", "ca"): not fields.get("ca") or _authority(fields["ca"]),
        ("schemas", "schemas"): _names(schemas) and bool(schemas) and all(map(_schema, schemas or [])),
        ("tables", "tables"): _names(tables) and all(_table(each, schemas or []) for each in tables),
        ("rows", "rows"): _number(fields.get("rows", 100), 1000),
    }
    return [fault for fault, good in checks.items() if not good]


def _number(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def _text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable()


def _names(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MOST_NAMES and all(isinstance(each, str) for each in value)


def _schema(name: str) -> bool:
    own = name.casefold().startswith("pg_") or name.casefold() == "information_schema"
    return bool(NAME.fullmatch(name)) and not own


def _table(name: str, schemas: Sequence[str]) -> bool:
    before, _, after = name.partition(".")
    return before in schemas and 0 < len(after) <= 63 and after.isprintable()


def _authority(pem: Any) -> bool:
    try:
        egress.load_authorities(ssl.create_default_context(), str(pem))
    except egress.EgressError:
        return False
    return True


def offers(tool: Tool) -> list[Offer]:
    """Both operations, with the database's tables in the words of the first. Connects to it."""
    refuse_open(tool)
    try:
        with connection.reading(tool, time.monotonic() + IMPORT_SECONDS, lambda: False) as opened:
            tables = schema.read(opened, tool.config)
    except connection.Unreachable as error:
        raise Problem(400, error.why, code="unreachable") from None
    if not tables:
        raise Problem(400, "The role can read no table in these schemas.", errors={"schemas": [WRONG["schemas"]]})
    if schema.size(tables) >= schema.MOST_COLUMNS:
        why = "There are more columns in these schemas than are read. Name the tables that may be asked."
        raise Problem(400, why, code="validation", errors={"tables": [why]})
    _refuse_missing(tables, tool.config.get("tables", ()))
    text = QUERY.format(name=tool.name, tables=schema.overview(tables))
    return [
        Offer("query", text, _parameters("sql", "One SELECT."), title="Query a database", writes=False),
        Offer(
            "describe",
            DESCRIBE.format(name=tool.name),
            _parameters("table", "A table; left out, all are listed.", required=False),
            title="Look at the tables",
            writes=False,
        ),
    ]


def _refuse_missing(tables: schema.Tables, named: Sequence[str]) -> None:
    """A name that no table has is misspelt: left out in silence, it would be missed only by whoever asks the table."""
    there = {table.title for table in tables.values()}
    if missing := ", ".join(name for name in named if name not in there):
        text = f"The role can read no table {missing}."
        raise Problem(400, text, code="validation", errors={"tables": [text]})


def refuse_open(tool: Tool) -> None:
    """Outside of the own network only an encrypted connection."""
    mode = tool.config.get("sslmode")
    if mode in ("disable", "prefer") and not connection.local(tool.config) and not connection.private(tool):
        text = "Outside of your own network only an encrypted connection is allowed."
        raise Problem(400, text, code="validation", errors={"sslmode": [text]})


def _parameters(name: str, text: str, required: bool = True) -> dict[str, Any]:
    properties = {name: {"type": "string", "description": text}}
    return {
        "type": "object",
        "properties": properties,
        "required": [name] if required else [],
        "additionalProperties": False,
    }


def maker(operation: Operation) -> Call:
    """How a call of one of the two operations is made."""
    tool = operation.tool
    return _query(tool) if operation.name == "query" else _describe(tool)


def _query(tool: Tool) -> Call:
    def call(context: Context, arguments: Mapping[str, Any]) -> Result:
        with connection.reading(tool, context.deadline, context.cancelled) as opened:
            tables = schema.read(opened, tool.config)
            rows = tool.config["rows"]
            return query.run(opened, str(arguments["sql"]), tables, rows, context.cancelled).result()

    return call


def _describe(tool: Tool) -> Call:
    def call(context: Context, arguments: Mapping[str, Any]) -> Result:
        with connection.reading(tool, context.deadline, context.cancelled) as opened:
            tables = schema.read(opened, tool.config)
        name = str(arguments.get("table") or "")
        if not name:
            return Result(schema.overview(tables), [table.title for table in tables.values()])
        table = schema.named(tables, name)
        if table is None:
            names = ", ".join(each.title for each in tables.values())
            raise ToolError(f"There is no table {name[:80]} that may be read. There are: {names[:1500]}.")
        return Result(schema.described(table))

    return call


KIND = Kind(
    FIELDS,
    check,
    offers,
    maker,
    addresses=lambda config: [connection.address(config), str(config["user"])],
    refuse_open=refuse_open,
)
