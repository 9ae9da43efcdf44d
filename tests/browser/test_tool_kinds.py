"""An administrator adds a server that is a program, and a database, as tools, and tries what they can do."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect
from quarry.embedded import Place
from quarry.embedded.postgres import SUPERUSER

from tests.browser.conftest import Person, Visit
from tests.fixtures.product import Product

MCP = Path(sys.executable).with_name("mcp-server-time")
READER, PASSWORD, DATABASE = "browser_reader", "a-long-password", "browser_hr"
TABLES = """
CREATE TABLE employee (name text, joined date);
COMMENT ON TABLE employee IS 'People who work here';
INSERT INTO employee VALUES ('王小明', '2020-03-01'), ('Emma', '2021-05-01');
GRANT SELECT ON employee TO browser_reader;
"""


class Server(NamedTuple):
    """The database server's socket, and its port."""

    folder: str
    port: int


@pytest.fixture
def database(product: Product) -> Iterator[Server]:
    """A database with a role that may only read."""
    place = Place.of(product.running.home)
    with psycopg.connect(host=str(place.sockets), user=SUPERUSER, dbname="postgres", autocommit=True) as server:
        server.execute(f"CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'")
        server.execute(f"CREATE DATABASE {DATABASE}")
        with psycopg.connect(host=str(place.sockets), user=SUPERUSER, dbname=DATABASE, autocommit=True) as made:
            made.execute(TABLES)
        yield Server(str(place.sockets), server.info.port)
        server.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        server.execute(f"DROP ROLE {READER}")


@pytest.fixture
def left_as_it_was(product: Product) -> Iterator[None]:
    yield
    for slug in ("clock", "people"):
        product.api.delete(f"/tools/{slug}")


def form(visit: Visit, administrator: Person, kind: str, name: str) -> Page:
    page = visit(administrator).open("/administration/tools/new")
    page.get_by_text(kind, exact=True).click()
    page.get_by_label("Name", exact=True).fill(name)
    return page


def added(page: Page, slug: str) -> None:
    page.get_by_role("button", name="Add and read operations").click()
    expect(page).to_have_url(re.compile(f"/administration/tools/{slug}$"))


def tried(page: Page, operation: str, **typed: str) -> Locator:
    """The answer of an operation that is called with these arguments."""
    page.get_by_role("button", name=re.compile(f"^Test {operation}", re.IGNORECASE)).click()
    dialog = page.get_by_role("dialog")
    for name, text in typed.items():
        dialog.get_by_role("textbox", name=name).fill(text)
    dialog.get_by_role("button", name="Call").click()
    expect(dialog.get_by_text("It answered")).to_be_visible()
    return dialog.get_by_label("What came back")


def test_a_program_is_added_and_tried(
    visit: Visit, administrator_at_desk: Person, product: Product, left_as_it_was: None
) -> None:
    page = form(visit, administrator_at_desk, "MCP server", "Clock")
    page.get_by_text("As a program on this server (stdio)", exact=True).click()
    page.get_by_label("Program", exact=True).fill(str(MCP))
    page.get_by_label(re.compile("^Arguments")).fill("--local-timezone=Asia/Taipei")
    added(page, "clock")
    expect(page.locator("li.operation")).to_have_count(2)
    expect(tried(page, "get.current.time", timezone="Asia/Tokyo")).to_contain_text("+09:00")


def test_a_database_is_added_and_asked(
    visit: Visit, administrator_at_desk: Person, database: Server, left_as_it_was: None
) -> None:
    page = form(visit, administrator_at_desk, "Database (PostgreSQL)", "People")
    fields = {"Server": database.folder, "Port": str(database.port), "Database": DATABASE, "User": READER}
    for label, text in (fields | {"Schemas that may be read": "public", "Password": PASSWORD}).items():
        page.get_by_label(label, exact=True).fill(text)
    added(page, "people")
    assert PASSWORD not in page.content()
    answer = tried(page, "Query a database", sql="SELECT name FROM employee ORDER BY joined")
    expect(answer).to_contain_text("王小明")
    expect(answer).to_contain_text("Emma")
