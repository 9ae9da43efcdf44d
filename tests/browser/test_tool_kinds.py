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
from tests.browser.visitor import Visitor
from tests.embedded.running import free_port
from tests.fixtures.product import Product
from tests.fixtures.sign_in_service import Provider, application
from tests.fixtures.web import Web

MCP = Path(sys.executable).with_name("mcp-server-time")
READER, PASSWORD, DATABASE = "browser_reader", "a-long-password", "browser_hr"
TABLES = """
CREATE TABLE employee (name text, joined date);
COMMENT ON TABLE employee IS 'People who work here';
INSERT INTO employee VALUES ('王小明', '2020-03-01'), ('Emma', '2021-05-01');
GRANT SELECT ON employee TO browser_reader;
"""


class Service(NamedTuple):
    """A server that asks for a sign-in."""

    provider: Provider
    web: Web


@pytest.fixture
def service() -> Iterator[Service]:
    provider, port = Provider(), free_port()
    web = Web(application(port, provider), port)
    yield Service(provider, web)
    web.stop()


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
    for slug in ("clock", "people", "leave-office"):
        product.api.delete(f"/tools/{slug}")


def form(visitor: Visitor, kind: str, name: str) -> Page:
    page = visitor.open("/administration/tools/new")
    page.get_by_text(kind, exact=True).click()
    page.get_by_label("Name", exact=True).fill(name)
    return page


def added(page: Page, slug: str) -> None:
    page.get_by_role("button", name="Add and read operations").click()
    expect(page).to_have_url(re.compile(f"/administration/tools/{slug}$"))
    expect(page.locator("li.operation").first).to_be_visible()


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
    page = form(visit(administrator_at_desk), "MCP server", "Clock")
    page.get_by_text("As a program on this server (stdio)", exact=True).click()
    page.get_by_label("Program", exact=True).fill(str(MCP))
    page.get_by_label(re.compile("^Arguments")).fill("--local-timezone=Asia/Taipei")
    added(page, "clock")
    expect(page.locator("li.operation")).to_have_count(2)
    expect(tried(page, "get.current.time", timezone="Asia/Tokyo")).to_contain_text("+09:00")


def test_a_database_is_added_and_asked(
    visit: Visit, administrator_at_desk: Person, database: Server, left_as_it_was: None
) -> None:
    page = form(visit(administrator_at_desk), "Database (PostgreSQL)", "People")
    fields = {"Server": database.folder, "Port": str(database.port), "Database": DATABASE, "User": READER}
    for label, text in (fields | {"Schemas that may be read": "public", "Password": PASSWORD}).items():
        page.get_by_label(label, exact=True).fill(text)
    added(page, "people")
    assert PASSWORD not in page.content()
    answer = tried(page, "Query a database", sql="SELECT name FROM employee ORDER BY joined")
    expect(answer).to_contain_text("王小明")
    expect(answer).to_contain_text("Emma")


def test_a_service_is_signed_in_to_and_one_is_told_what_came_of_it(
    visit: Visit, administrator_at_desk: Person, service: Service, left_as_it_was: None
) -> None:
    visitor = visit(administrator_at_desk)
    visitor.allow_host(service.web.host)
    page = form(visitor, "MCP server", "Leave office")
    page.get_by_label("Address", exact=True).fill(service.web.url)
    page.get_by_text("It asks for a sign-in (OAuth)", exact=True).click()
    page.get_by_label(re.compile("^Addresses in our own network")).fill(service.web.host)
    added(page, "leave-office")
    service.provider.refuses = True
    page.get_by_role("button", name="Sign in to the service").click()
    expect(page.get_by_role("alert").filter(has_text="The service refused the sign-in.")).to_be_visible()
    service.provider.refuses = False
    page.get_by_role("button", name="Sign in to the service").click()
    told = page.get_by_role("status").filter(has_text="You are signed in")
    expect(told).to_be_visible()
    expect(page.locator("li.operation")).to_have_count(1)
    expect(tried(page, "days", employee="Emma")).to_contain_text("7")
    page.keyboard.press("Escape")
    told.get_by_role("button", name="Dismiss").click()
    expect(told).to_be_hidden()
    assert "signed-in" not in page.url
