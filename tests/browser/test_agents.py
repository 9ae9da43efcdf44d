"""An administrator adds a service as a tool and builds an assistant; an employee asks it, allows what it wants to do,
and reads what it did."""

import json
import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import PHONE
from tests.browser.conftest import Person, Visit
from tests.browser.visitor import ANSWER_MS, Visitor
from tests.fixtures.leave_service import KEY, LeaveService, leave_service
from tests.fixtures.product import Product

TOOL = "leave"
MOST_ASKED = 8
QUESTION = "Book annual leave for emma from 2027-03-01 to 2027-03-02."
INSTRUCTIONS = (
    "You book leave. Call bookLeave with the employee and the days of the question. Then say what was booked."
)


@pytest.fixture
def service() -> Iterator[LeaveService]:
    with leave_service() as running:
        yield running


@pytest.fixture
def left_as_it_was(product: Product) -> Iterator[None]:
    yield
    product.api.delete(f"/tools/{TOOL}")


@pytest.fixture
def desk(product: Product, service: LeaveService) -> Iterator[str]:
    """An assistant that may book leave, made over the API, under a name that no other test has had."""
    body = {"name": "Leave", "slug": TOOL, "kind": "openapi", "document": service.document}
    body |= {"auth": {"type": "bearer", "value": KEY}, "egress": {"allow": [service.place]}}
    made = product.api.post("/tools", json=body | {"needs_approval": ["bookLeave"]})
    assert made.status_code == 201, made.text
    slug = f"desk-{service.place.rpartition(':')[2]}"
    facts = {"name": "Leave desk", "instructions": INSTRUCTIONS, "tools": [f"{TOOL}/bookLeave"], "collections": []}
    made = product.api.post("/assistants", json={"slug": slug, "picture": "calendar", **facts})
    assert made.status_code == 201, made.text
    yield slug
    product.api.delete(f"/assistants/{slug}")
    product.api.delete(f"/tools/{TOOL}")


def operation(page: Page, name: str) -> Locator:
    return page.locator("li.operation").filter(has_text=name)


def add_the_tool(page: Page, service: LeaveService) -> None:
    """From the pasted document to the tool that is switched on."""
    page.get_by_role("link", name="Add tool").click()
    page.get_by_label("Name", exact=True).fill("Leave")
    page.get_by_label("OpenAPI document (JSON or YAML)").fill(json.dumps(service.document))
    page.get_by_label("How it signs in").select_option("bearer")
    page.get_by_label("Secret", exact=True).fill(KEY)
    page.get_by_label(re.compile("^Addresses in our own network")).fill(service.place)
    page.get_by_role("button", name="Add and read operations").click()
    expect(page).to_have_url(re.compile(f"/administration/tools/{TOOL}$"))
    expect(page.get_by_text("This tool is switched off.")).to_be_visible()


def test_a_tool_is_added_tried_restricted_and_switched_on(
    visit: Visit, administrator_at_desk: Person, service: LeaveService, left_as_it_was: None
) -> None:
    page = visit(administrator_at_desk).open("/administration/tools")
    add_the_tool(page, service)
    expect(page.locator("li.operation")).to_have_count(5)
    assert KEY not in page.content()

    page.get_by_role("button", name=re.compile("^Test How many days of leave")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="employee").fill("emma")
    dialog.get_by_role("button", name="Call").click()
    expect(dialog.get_by_text("It answered")).to_be_visible()
    expect(dialog.get_by_label("What came back")).to_contain_text("remaining")
    assert [each.target for each in service.received if "/balance" in each.target] == ["/api/balance?employee=emma"]
    dialog.get_by_role("button", name="Close").last.click()

    # What writes asks first, unless somebody decides otherwise.
    booking = operation(page, "Book leave for an employee")
    expect(booking).to_contain_text("Asks first")
    booking.get_by_role("button", name=re.compile("^Rules for")).click()
    dialog.get_by_text("where its arguments match a rule").click()
    dialog.get_by_role("button", name="Add condition").click()
    dialog.get_by_role("combobox", name="Argument").fill("kind")
    dialog.get_by_label("Value").fill("unpaid")
    dialog.get_by_role("button", name="Save").click()
    expect(booking).to_contain_text("Asks by a rule")

    removing = operation(page, "Cancel a booking")
    removing.locator("label").click()
    expect(removing.get_by_role("checkbox")).not_to_be_checked()
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("This tool is switched off.")).to_have_count(0)
    page.reload()
    expect(removing.get_by_role("checkbox")).not_to_be_checked()
    expect(booking).to_contain_text("Asks by a rule")
    expect(page.get_by_label("Secret", exact=True)).to_have_value("")


def test_an_assistant_is_built_changed_and_rolled_back(
    visit: Visit, administrator_at_desk: Person, product: Product
) -> None:
    page = visit(administrator_at_desk).open("/assistants")
    page.get_by_role("link", name="New assistant").click()
    name = f"Canteen guide {date.today():%j}"
    page.get_by_label("Name", exact=True).fill(name)
    slug = page.get_by_label("Name after @").input_value()
    assert slug.startswith("canteen-guide-")
    page.locator(".picture-choice__one").filter(has_text="Calendar").click()
    page.get_by_label("Purpose").fill("Knows when the canteen opens")
    page.get_by_label("Instructions").fill("Answer in one sentence.")
    page.get_by_label("Greeting").fill("Hungry?")
    page.get_by_label("Questions to begin with").fill("When does the canteen open?")
    page.get_by_role("button", name="Save as draft").click()
    try:
        expect(page).to_have_url(re.compile(f"/assistants/{slug}$"))
        expect(page.get_by_text("A draft: nobody can ask it yet.")).to_be_visible()
        page.get_by_label("Instructions").fill("Answer in two sentences.")
        page.get_by_role("button", name="Save and publish").click()
        expect(page.get_by_text("Version 2 answers.")).to_be_visible()

        page.get_by_role("link", name="Versions").click()
        page.get_by_role("button", name="What changed in version 2").click()
        dialog = page.get_by_role("dialog", name="What differs")
        expect(dialog.locator("del")).to_have_text("Answer in one sentence.")
        expect(dialog.locator("ins")).to_have_text("Answer in two sentences.")
        dialog.get_by_role("button", name="Close").click()
        page.get_by_role("button", name="Roll back to version 1").click()
        expect(page.get_by_role("listitem").filter(has_text="Version 1")).to_contain_text("Answers")
        assert product.api.get(f"/assistants/{slug}").json()["version"] == 1

        page.get_by_role("link", name="Assistants", exact=True).first.click()
        page.get_by_role("link", name=f"Chat with {name}").click()
        expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
        expect(page.get_by_text("Hungry?")).to_be_visible()
        expect(page.get_by_role("button", name="When does the canteen open?")).to_be_visible()
    finally:
        product.api.delete(f"/assistants/{slug}")


def test_the_panel_beside_the_form_tries_what_is_not_saved(
    visit: Visit, administrator_at_desk: Person, desk: str
) -> None:
    page = visit(administrator_at_desk).open(f"/assistants/{desk}")
    page.get_by_label("Instructions").fill("Say hello in one word. Call nothing.")
    panel = page.get_by_role("region", name="Try it")
    panel.locator("#question").fill("Hello")
    page.keyboard.press("Enter")
    answer = panel.locator("article.answer")
    expect(answer).to_contain_text("Leave desk")
    expect(answer).to_have_attribute("aria-busy", "false", timeout=ANSWER_MS)
    expect(page.get_by_role("button", name="Save as draft")).to_be_enabled()


def ask_the_desk(visitor: Visitor, slug: str) -> None:
    """By @, with the keyboard alone."""
    page = visitor.open("/chat")
    box = page.get_by_label("Your question")
    box.click()
    page.keyboard.type("@" + slug[:6])
    expect(page.get_by_role("option", name=re.compile("Leave desk"))).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(box).to_have_value(f"@{slug} ")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")


def test_a_booking_is_asked_for_allowed_done_and_can_be_followed(
    visit: Visit, employee_at_desk: Person, administrator_at_desk: Person, service: LeaveService, desk: str
) -> None:
    visitor = visit(employee_at_desk)
    ask_the_desk(visitor, desk)
    page = visitor.page
    card = page.get_by_role("region", name=re.compile("^May this be done: Book leave"))
    expect(card).to_be_visible(timeout=ANSWER_MS)
    expect(card).to_contain_text("2027-03-01")
    expect(card).to_contain_text("Changes something")
    assert service.bookings == {}

    # The same waits on its own page, also after a reload.
    page.get_by_role("link", name=re.compile("^Approvals")).click()
    # The chat shows a card of that name too, until the page is there.
    page.wait_for_url("**/approvals")
    expect(page.get_by_role("region", name=re.compile("^May this be done: Book leave"))).to_be_visible()
    page.go_back()
    page.wait_for_url("**/chat/*")
    expect(card).to_be_visible()
    card.get_by_role("button", name="Allow once").click()

    answer = visitor.answered()
    expect(answer).to_contain_text("Leave desk")
    assert [each["from"] for each in service.bookings.values()] == ["2027-03-01"]
    expect(answer.locator(".simple-steps")).to_contain_text("Leave")
    answer.get_by_role("button", name="Show details").click()
    trace = answer.get_by_role("region", name="Steps")
    expect(trace).to_contain_text("Allowed by")
    trace.get_by_text("What was sent").first.click()
    expect(trace).to_contain_text("emma")

    page = visit(administrator_at_desk).open("/administration/runs")
    page.get_by_label("Assistant", exact=True).fill(desk)
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_role("region", name="Steps")).to_contain_text("bookLeave")
    page.get_by_role("button", name="Replay").click()
    expect(page.get_by_role("region", name="Replay").get_by_role("status")).to_contain_text("turn", timeout=ANSWER_MS)
    assert len(service.bookings) == 1


def test_a_refusal_with_a_note_books_nothing(
    visit: Visit, employee_at_desk: Person, service: LeaveService, desk: str
) -> None:
    visitor = visit(employee_at_desk)
    ask_the_desk(visitor, desk)
    card = visitor.page.get_by_role("region", name=re.compile("^May this be done: Book leave")).last
    refuse = card.get_by_role("button", name="Refuse…")
    ended = visitor.page.locator('article.answer[aria-busy="false"]')
    expect(card).to_be_visible(timeout=ANSWER_MS)
    # The model reads the note, and may well ask for other days.
    for _ in range(MOST_ASKED):
        expect(refuse.or_(ended).first).to_be_visible(timeout=ANSWER_MS)
        if ended.count():
            break
        refuse.click()
        card.get_by_label("Why not? (optional)").fill("Wrong days")
        card.get_by_role("button", name="Refuse", exact=True).click()
        expect(card.get_by_role("button", name="Refuse", exact=True)).to_have_count(0)
    answer = visitor.answered()
    assert service.bookings == {}
    answer.get_by_role("button", name="Show details").click()
    expect(answer.get_by_role("region", name="Steps")).to_contain_text("Wrong days")


def test_no_list_opens_while_a_word_is_composed(visit: Visit, employee_at_desk: Person, desk: str) -> None:
    page = visit(employee_at_desk).open("/chat")
    box = page.get_by_label("Your question")
    box.click()
    expect(page.get_by_text("@ asks an assistant.")).to_be_visible()
    box.dispatch_event("compositionstart")
    page.keyboard.type("@")
    expect(page.get_by_role("listbox", name="Assistants")).to_have_count(0)
    box.dispatch_event("compositionend")
    expect(page.get_by_role("listbox", name="Assistants")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox", name="Assistants")).to_have_count(0)


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/assistants", "助理"),
        ("/assistants/new", "新增助理"),
        ("/approvals", "待核准"),
        ("/administration/tools", "工具"),
        ("/administration/tools/new", "新增工具"),
        ("/administration/runs", "執行紀錄"),
    ],
)
def test_in_chinese_on_a_phone(visit: Visit, administrator_at_desk: Person, path: str, heading: str) -> None:
    page = visit(administrator_at_desk, locale="zh-TW", viewport=PHONE).open(path)
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
