"""The whole product in front of a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, Unpack

import pytest
from playwright.sync_api import Browser, StorageState, sync_playwright

from tests.browser.chromium import DESKTOP, Look, launch
from tests.browser.visitor import Visitor
from tests.fixtures.product import ADMINISTRATOR, Product

CANTEEN = """# Canteen rules

## Opening hours

The canteen opens at 11:20 and closes at 13:40 on working days.

## Guests

A guest meal costs 145 dollars and is ordered the day before by telephone extension 5521.
"""
PARKING = """# 停車管理辦法

## 車位申請

員工機車停車證每年三月重新申請,工本費五十元。

## 訪客停車

訪客車位在地下二樓,共十二格,由警衛室登記。
"""

Visit = Callable[..., Visitor]


class Person(NamedTuple):
    """Somebody who can sign in; `state` is a browser in which they are."""

    email: str
    password: str
    state: StorageState


class Library(NamedTuple):
    """A collection with two short documents, ready."""

    collection: str
    canteen: str
    parking: str


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.model)


# Not for the whole session: while Playwright lives, asyncio counts as running and Django refuses the database.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, product: Product) -> Iterator[Visit]:
    """Opens a window, as `person` or as nobody; every window must end without errors."""
    visitors: list[Visitor] = []

    def make(person: Person | None = None, **look: Unpack[Look]) -> Visitor:
        settings: Look = {"locale": "en-US", "viewport": DESKTOP, **look}
        context = browser.new_context(**settings, storage_state=person.state if person else None)
        context.set_default_timeout(20_000)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        visitors.append(Visitor(context, product.url))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.context.close()
    for visitor in visitors:
        visitor.calm()


def signed_in(browser: Browser, url: str, email: str, password: str) -> Person:
    context = browser.new_context(locale="en-US")
    visitor = Visitor(context, url)
    visitor.open("/sign-in")
    visitor.sign_in(email, password)
    visitor.page.wait_for_url("**/chat")
    state = context.storage_state()
    context.close()
    return Person(email, password, state)


@pytest.fixture(scope="package")
def administrator_at_desk(browser: Browser, product: Product) -> Person:
    return signed_in(browser, product.url, *ADMINISTRATOR)


@pytest.fixture(scope="package")
def employee_at_desk(browser: Browser, product: Product) -> Person:
    email, password = "emma@example.test", "Basalt-and-gneiss-2"
    made = product.api.post("/people", json={"email": email, "name": "Emma", "password": password})
    assert made.status_code == 201, made.text
    return signed_in(browser, product.url, email, password)


@pytest.fixture(scope="package")
def library(product: Product) -> Library:
    collection = product.collection("House rules")
    canteen = product.upload(collection, "canteen.md", CANTEEN.encode())
    parking = product.upload(collection, "停車管理辦法.md", PARKING.encode())
    for document in (canteen, parking):
        assert product.settled(document)["status"] == "ready"
    return Library(collection, canteen, parking)
