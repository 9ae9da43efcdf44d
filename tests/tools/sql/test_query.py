"""Questions to a real PostgreSQL, as a role that may only read."""

import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from quarry import secrets
from quarry.api import Problem
from quarry.embedded.postgres import SUPERUSER
from rest_framework.test import APIClient

from agents.tools import kinds
from agents.tools.models import Tool
from agents.tools.sql import schema
from agents.tools.types import ToolError
from apps.accounts.models import User
from tests.tools.sql.conftest import NAME, OWNER, Add, Call, administer
from tests.tools.sql.test_guard import HOSTILE

pytestmark = pytest.mark.django_db


def test_a_question_and_its_rows(add: Add, call: Call) -> None:
    sql = """SELECT name, sum(days) AS days FROM leave JOIN hr.employee e ON e.id = leave.employee
             WHERE status = 'open' GROUP BY name ORDER BY 2 DESC"""
    result = call(add(), "query", sql=sql)
    assert result.text == "name | days\n王小明 | 5.5\nEmma | 1\n(2 rows)"
    assert result.data == {"columns": ["name", "days"], "rows": [["王小明", 5.5], ["Emma", 1]], "more": False}


def test_values_of_every_kind_can_be_kept_as_json(add: Add, call: Call) -> None:
    sql = """SELECT id, employee > 1 AS b, 1.5::float8, 'NaN'::numeric, starts, at, note, facts, ARRAY[1, 2] AS list,
             interval '1 day' AS span, 12345678901234567890.5 AS long, 'infinity'::date AS never, leave AS row
             FROM leave WHERE id = 3"""
    [row] = call(add(), "query", sql=sql).data["rows"]
    assert row[:8] == [3, True, 1.5, "NaN", None, "2026-01-02 03:04:05+00", None, None]
    assert row[8:12] == ["{1,2}", "1 day", "12345678901234567890.5", "infinity"]
    assert row[12].startswith("(3,2,1.0,")


def test_rows_and_values_are_bounded(add: Add, call: Call) -> None:
    tool = add(rows=2)
    result = call(tool, "query", sql="SELECT id, note FROM leave ORDER BY id DESC")
    assert [row[0] for row in result.data["rows"]] == [3, 2]
    assert result.data["more"]
    assert result.text.endswith("(The first 2 rows; there are more. Ask for fewer: count, sum, WHERE or LIMIT.)")
    assert result.data["rows"][1][1] == "x" * 1000 + "…"
    sql = "SELECT n, note FROM leave, generate_series(1, 100000) AS g(n) WHERE id = 2"
    many = call(with_rows(tool, 1000), "query", sql=sql)
    assert len(many.text) < 70_000
    assert many.data["more"]


def with_rows(tool: Tool, rows: int) -> Tool:
    tool.config["rows"] = rows
    tool.save()
    return tool


def test_the_same_name_twice_and_lines_in_values_do_not_break_the_table(add: Add, call: Call) -> None:
    result = call(add(), "query", sql="SELECT note, note FROM leave WHERE id = 1")
    assert result.text == "note | note\na b | a b\n(1 row)"
    assert result.data["rows"] == [["a\nb", "a\nb"]]


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("SELECT dayz FROM leave", r'column "dayz" does not exist.*hr\.leave: id, employee, days, starts, status'),
        ("SELECT id FROM leave l JOIN employee e ON e.id = l.employee", r"ambiguous.*hr\.employee: id, name"),
        ("SELECT * FROM holidays", r"no table holidays.*hr\.employee, hr\.leave, hr\.people"),
        ("SELECT length(days) FROM leave", r"function length\(numeric\) does not exist.*Check the types"),
        ("SELECT 1 / (id - id) FROM leave", r"division by zero.*Correct it"),
        ("SELECT id FROM leave WHERE", r"not valid SQL"),
        ("SELECT days FROM leave GROUP BY employee", r"must appear in the GROUP BY.*Correct it"),
        ("SELECT id FROM leave WHERE status = 'closed'", r"invalid input value for enum.*Correct it"),
        ("SELECT", r"returns 0 columns"),
    ],
)
def test_mistakes_are_told_so_that_they_can_be_mended(add: Add, call: Call, sql: str, why: str) -> None:
    with pytest.raises(ToolError, match=f"(?s){why}"):
        call(add(), "query", sql=sql)


def test_a_view_may_show_what_its_table_hides(add: Add, call: Call) -> None:
    tool = add()
    assert call(tool, "query", sql="SELECT * FROM people").text == "name | senior\n王小明 | true\n(1 row)"
    with pytest.raises(ToolError, match=r"no table hr\.salary"):
        call(tool, "query", sql="SELECT * FROM hr.salary")


def test_no_hostile_statement_changes_or_tells_anything(add: Add, call: Call) -> None:
    """All of them through the whole tool, to the real database."""
    tool = add()
    for statement in HOSTILE:
        with pytest.raises(ToolError):
            call(tool, "query", sql=statement)
    with administer(NAME) as database:
        counted = database.execute("SELECT count(*), sum(days) FROM hr.leave").fetchone()
        tables = database.execute("SELECT count(*) FROM pg_tables WHERE schemaname IN ('hr', 'secret')").fetchone()
    assert counted == (3, Decimal("6.5"))
    assert tables == (4,)


def test_even_a_role_that_may_write_only_reads(add: Add, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the guard ever deceived: the transaction is read only, and a cursor takes nothing but a SELECT."""
    with administer(NAME) as database:
        database.execute(f"GRANT USAGE ON SCHEMA hr TO {OWNER}; GRANT ALL ON ALL TABLES IN SCHEMA hr TO {OWNER}")
    tool = add(user=OWNER)
    monkeypatch.setattr("agents.tools.sql.guard.checked", lambda sql, tables: sql)
    for statement in (
        "DELETE FROM hr.leave RETURNING id",
        "WITH gone AS (DELETE FROM hr.leave RETURNING id) SELECT * FROM gone",
        "SELECT 1) AS q (c0); DELETE FROM hr.leave; --",
        "SELECT nextval('hr.leave_id_seq')",
    ):
        with pytest.raises(ToolError):
            call(tool, "query", sql=statement)
    with administer(NAME) as database:
        assert database.execute("SELECT count(*) FROM hr.leave").fetchone() == (3,)


def test_what_takes_too_long_is_stopped_there(add: Add, call: Call) -> None:
    tool, started = add(), time.monotonic()
    sql = "SELECT count(*) FROM generate_series(1, 100000000) AS a(n), generate_series(1, 1000) AS b(n)"
    with pytest.raises(ToolError, match="took too long"):
        call(tool, "query", seconds=1, sql=sql)
    with pytest.raises(ToolError, match="was stopped"):
        call(tool, "query", cancelled=lambda: time.monotonic() > started + 2, sql=sql)
    assert time.monotonic() - started < 8
    with administer(NAME) as database:
        busy = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'quarry' AND state = 'active'"
        assert database.execute(busy).fetchone() == (0,)


def test_the_model_is_told_what_there_is(add: Add, call: Call) -> None:
    tool = add()
    described = tool.operations.get(name="query").description
    assert "hr.employee(id int, name text, joined date)" in described
    assert "hr.people(name text, senior boolean)" in described
    assert "salary" not in described
    assert call(tool, "describe").data == ["hr.employee", "hr.leave", "hr.people"]
    text = call(tool, "describe", table="leave").text
    assert "- id int, primary key" in text
    assert "- employee int, never null, refers to hr.employee.id" in text
    assert "- days numeric(4,1), never null: Working days" in text
    assert call(tool, "describe", table="HR.Employee").text.startswith("hr.employee: People who work here")
    with pytest.raises(ToolError, match="no table salary"):
        call(tool, "describe", table="salary")


def test_columns_that_the_role_may_not_read_are_not_there(add: Add, call: Call) -> None:
    with administer(NAME) as database:
        database.execute("REVOKE SELECT ON hr.employee FROM quarry_sql_reader")
        database.execute("GRANT SELECT (id, name) ON hr.employee TO quarry_sql_reader")
        try:
            tool = add()
            assert "hr.employee(id int, name text)" in tool.operations.get(name="query").description
            with pytest.raises(ToolError, match="does not allow that: permission denied"):
                call(tool, "query", sql="SELECT joined FROM hr.employee")
        finally:
            database.execute("GRANT SELECT ON hr.employee TO quarry_sql_reader")


def test_over_the_network_only_where_the_administrator_says_so(add: Add, call: Call, tcp: int) -> None:
    with pytest.raises(Problem, match="an address in your own network"):
        add(host="127.0.0.1", port=tcp)
    with pytest.raises(Problem, match="Outside of your own network only an encrypted connection"):
        add(host="127.0.0.1", port=tcp, sslmode="disable")
    for never in ("169.254.169.254", "224.0.0.1"):
        with pytest.raises(Problem, match="never called"):
            add(host=never, port=5432, egress=(f"{never}:5432",))
    tool = add(host="localhost", port=tcp, egress=(f"localhost:{tcp}",))
    assert call(tool, "query", sql="SELECT count(*) AS n FROM leave").data["rows"] == [[3]]


def test_the_name_is_resolved_once(add: Add, tcp: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere a moment later gains nothing: the connection goes to the address that was checked."""
    import socket

    resolve, asked = socket.getaddrinfo, list[str]()

    def changing(host: Any, *rest: Any, **more: Any) -> Any:
        if host == "db.example.test":
            asked.append(host)
            return resolve("127.0.0.1" if len(asked) == 1 else "169.254.169.254", *rest, **more)
        return resolve(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    tool = add(host="db.example.test", port=tcp, egress=(f"db.example.test:{tcp}",))
    assert tool.operations.count() == 2
    assert len(asked) == 1


def test_no_superuser_and_no_stranger(add: Add, database: dict[str, Any]) -> None:
    with pytest.raises(Problem, match="superuser"):
        add(user=SUPERUSER)
    with pytest.raises(Problem, match="cannot be reached"):
        add(user="nobody_of_that_name")
    with pytest.raises(Problem, match="read no table"):
        add(schemas=["secret"], tables=["secret.nothing"])


def test_the_form_names_each_field_that_is_wrong() -> None:
    kind = kinds.get("sql")
    assert kind is not None
    wrong: dict[str, Any] = {"host": "a b", "port": 0, "user": "", "sslmode": "x", "ca": "x", "rows": True}
    with pytest.raises(Problem) as refused:
        kind.check(wrong | {"schemas": ["pg_catalog"], "tables": ["other.t"]})
    assert set(refused.value.errors or ()) == {*wrong, "database", "schemas", "tables"}
    assert kind.check({"host": "/run", "database": "d", "user": "u", "schemas": ["s"], "sslmode": ""})["port"] == 5432


def test_the_password_is_in_no_sentence(add: Add, call: Call, tcp: int, database: dict[str, Any]) -> None:
    tool = add()
    tool.config |= {"user": "nobody_of_that_name"}
    tool.secret = secrets.encrypt("quite-secret-password")
    tool.save()
    with pytest.raises(ToolError) as refused:
        call(tool, "query", sql="SELECT 1 AS n")
    assert str(refused.value) == "The database of this tool cannot be reached now. Go on without it, and say so."
    kind = kinds.get("sql")
    assert kind is not None
    with pytest.raises(Problem) as told:
        kind.offers(tool)
    assert "quite-secret" not in told.value.detail


def test_the_statements_are_files_of_statements() -> None:
    assert Path(__file__).with_name("hostile.sql").read_text().count(";;") + 1 == len(HOSTILE)


def test_added_and_tried_over_the_api(
    database: dict[str, Any], administrator: User, employee: User, client_for: Callable[..., APIClient]
) -> None:
    body = {"name": "HR data", "kind": "sql", "auth": {"type": "basic", "value": "a-long-password"}, **database}
    assert client_for(employee).post("/api/v1/tools", body).status_code == 403
    admin = client_for(administrator)
    made = admin.post("/api/v1/tools", body)
    assert made.status_code == 201, made.json()
    assert {each["name"]: each["needs_approval"] for each in made.json()["operations"]} == {
        "query": "never",
        "describe": "never",
    }
    assert "a-long-password" not in made.content.decode()
    tried = {"operation": "query", "arguments": {"sql": "SELECT count(*) AS n FROM leave"}}
    assert admin.post("/api/v1/tools/hr-data/test", tried).json()["data"]["rows"] == [[3]]
    moved = admin.patch("/api/v1/tools/hr-data", {"user": OWNER})
    assert "auth.value" in moved.json()["errors"]  # a secret is not taken along
    wrong = admin.post("/api/v1/tools", {**body, "schemas": []}, HTTP_ACCEPT_LANGUAGE="zh-Hant")
    assert wrong.json()["errors"]["schemas"][0].startswith("請至少列出一個")


def test_more_columns_than_are_read_are_told_to_the_administrator(add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "MOST_COLUMNS", 5)
    with pytest.raises(Problem, match="Name the tables that may be asked"):
        add()
    assert add(tables=["hr.employee"]).operations.count() == 2


@pytest.mark.parametrize("name", ["hr.x\x00", "hr.\ud800"])
def test_a_table_whose_name_nothing_can_hold_is_refused(add: Add, name: str) -> None:
    with pytest.raises(Problem) as caught:
        add(tables=[name])
    assert list(caught.value.errors or {}) == ["tables"]


def test_a_table_that_is_not_there_is_refused_by_its_name(add: Add) -> None:
    with pytest.raises(Problem, match=r"can read no table hr\.employe, hr\.Leave\.$") as caught:
        add(tables=["hr.employee", "hr.employe", "hr.Leave"])
    assert list(caught.value.errors or {}) == ["tables"]
