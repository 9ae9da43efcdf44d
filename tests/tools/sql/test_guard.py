"""Statements that must not run, and ordinary ones that must: each as it is sent in the end."""

from pathlib import Path

import pytest

from agents.tools.sql import guard
from agents.tools.types import ToolError

TABLES = {("hr", "leave"): ["id", "employee", "days"], ("hr", "employee"): ["id", "name"], ("old", "employee"): ["id"]}
HOSTILE = [each.strip() for each in Path(__file__).with_name("hostile.sql").read_text().split(";;\n")]
GOOD = [each.strip() for each in Path(__file__).with_name("ordinary.sql").read_text().split(";;\n")]


def test_there_are_enough_of_both() -> None:
    assert len(set(HOSTILE)) > 100
    assert len(set(GOOD)) > 15


@pytest.mark.parametrize("statement", HOSTILE)
def test_what_must_not_run_is_refused_with_a_sentence(statement: str) -> None:
    with pytest.raises(ToolError, match=r".{15,}"):
        guard.checked(statement, TABLES)


@pytest.mark.parametrize("statement", GOOD)
def test_an_ordinary_question_passes_and_what_is_sent_passes_again(statement: str) -> None:
    sent = guard.checked(statement, TABLES)
    assert guard.checked(sent, TABLES) == sent


def test_tables_are_named_in_full_and_names_are_quoted() -> None:
    tables: guard.Tables = {("hr", "leave"): [], ("hr", "employee"): []}
    sent = guard.checked("select Name from EMPLOYEE e join leave on true", tables)
    assert sent == 'SELECT "name" FROM "hr"."employee" AS "e" JOIN "hr"."leave" ON TRUE'


def test_a_name_that_means_two_tables_must_be_said_in_full() -> None:
    with pytest.raises(ToolError, match=r"hr\.employee, old\.employee.*Name the schema"):
        guard.checked("select 1 from employee", TABLES)


def test_the_tables_that_there_are_stand_in_the_refusal() -> None:
    with pytest.raises(ToolError, match=r"no table holidays .* There are: hr\.employee, hr\.leave, old\.employee"):
        guard.checked("select 1 from holidays", TABLES)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("select 1 -- " + "x" * 9000, "too long"),
        ("select " + "(" * 500 + "1" + ")" * 500, "nested too deeply"),
        ("select " + "+".join(["1"] * 3900), "too large"),
        ("select 1\x00", "a character"),
    ],
)
def test_what_is_too_much_is_refused_before_it_costs_anything(statement: str, why: str) -> None:
    with pytest.raises(ToolError, match=why):
        guard.checked(statement, TABLES)


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE hr.leave; --'", "'/* */ pg_sleep(1) $1 \\'", "'it''s'", "'{\"a\": 1}'", "'\u2028'"]
)
def test_text_stays_text(text: str) -> None:
    assert guard.checked("select " + text, TABLES) == "SELECT " + text
