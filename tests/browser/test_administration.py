"""What administrators do, and that nobody else can."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Library, Person, Visit
from tests.fixtures.product import Product

PLACES = ("people", "groups", "models", "endpoints", "audit", "system")


def test_a_person_a_group_and_a_restricted_collection_are_in_the_log(
    visit: Visit, administrator_at_desk: Person, product: Product
) -> None:
    product.collection("Payroll")
    page = visit(administrator_at_desk).open("/administration/people")
    page.get_by_role("button", name="Add person").click()
    page.get_by_role("textbox", name="Email").fill("grace@example.test")
    page.get_by_role("textbox", name="Name", exact=True).fill("Grace")
    page.get_by_role("button", name="Save").click()
    secret = page.get_by_role("dialog", name=re.compile("Grace"))
    assert len(secret.locator("code").inner_text()) >= 12
    secret.get_by_role("button", name="Close").click()

    page.get_by_role("link", name="Groups").click()
    page.get_by_role("button", name="New group").click()
    page.get_by_label("Name").fill("Accountants")
    page.get_by_role("combobox", name=re.compile("Members")).click()
    page.get_by_role("option", name="Grace").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").filter(has_text="Accountants")).to_contain_text("1 member")

    page.get_by_role("link", name="Knowledge").click()
    page.get_by_role("link", name=re.compile("Payroll")).click()
    page.get_by_role("button", name="Edit").click()
    page.get_by_text("Only chosen groups").click()
    page.get_by_role("combobox", name=re.compile("Groups")).click()
    page.get_by_role("option", name="Accountants").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Accountants")).to_be_visible()

    page.get_by_role("link", name="Audit log").click()
    page.get_by_label("Action").select_option("Changed a collection")
    page.get_by_label("Object").fill("Payroll")
    page.get_by_role("button", name="Filter", exact=True).click()
    rows = page.get_by_role("row").filter(has=page.get_by_role("cell"))
    expect(rows).to_have_count(1)
    rows.get_by_role("button").click()
    detail = page.get_by_role("dialog")
    expect(detail).to_contain_text("collection.change")
    expect(detail).to_contain_text("Accountants")


def test_models_and_system_say_what_runs(visit: Visit, administrator_at_desk: Person) -> None:
    page = visit(administrator_at_desk).open("/administration/models")
    expect(page.get_by_role("row").filter(has_text="Active")).to_have_count(2)
    expect(page.get_by_role("row").filter(has_text="Granite 4.0 H-Micro").first).to_be_visible()
    page.get_by_role("link", name="System status").click()
    expect(page.get_by_role("row").filter(has_text="Working")).to_have_count(5)


@pytest.mark.parametrize("place", PLACES)
def test_an_employee_sees_no_administration(
    visit: Visit, employee_at_desk: Person, library: Library, place: str
) -> None:
    page = visit(employee_at_desk).open(f"/administration/{place}")
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    expect(page.get_by_role("link", name="Knowledge")).to_be_visible()
    expect(page.get_by_text("Administration")).to_have_count(0)
