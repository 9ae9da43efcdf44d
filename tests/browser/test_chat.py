"""Questions, answers, their sources, and everything that can happen to an answer on its way."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Library, Person, Visit
from tests.browser.visitor import ANSWER_MS, Visitor

QUESTION = "When does the canteen open?"


def at_the_chat(visit: Visit, person: Person) -> Visitor:
    visitor = visit(person)
    visitor.open("/chat")
    return visitor


def test_a_citation_opens_the_document_at_the_very_passage(
    visit: Visit, employee_at_desk: Person, library: Library
) -> None:
    visitor = at_the_chat(visit, employee_at_desk)
    page = visitor.page
    visitor.ask(QUESTION)
    expect(visitor.answer.get_by_role("status")).not_to_be_empty()  # what is being done, from the first second
    answer = visitor.answered()
    expect(answer).to_contain_text("11:20")

    mark = answer.get_by_role("button", name=re.compile("^Source 1")).first
    mark.click()
    source = page.get_by_role("complementary", name=re.compile("^Source 1"))
    expect(source.get_by_role("heading", level=2).first).to_be_in_viewport()
    expect(source.locator("mark.highlight--quote").first).to_be_in_viewport()
    expect(source.locator("mark.highlight--quote").first).to_contain_text("11:20")
    page.keyboard.press("Escape")
    expect(source).to_have_count(0)
    expect(mark).to_be_focused()

    mark.click()
    source.get_by_role("link", name="Open document").click()
    expect(page).to_have_url(re.compile(f"/knowledge/documents/{library.canteen}\\?passage="))
    expect(page.locator("mark.highlight").filter(has_text="11:20")).to_be_in_viewport()


def test_a_reload_and_a_second_tab_go_on_with_the_same_answer(
    visit: Visit, employee_at_desk: Person, library: Library
) -> None:
    visitor = at_the_chat(visit, employee_at_desk)
    visitor.ask("What does a guest meal cost, and how is it ordered?")
    expect(visitor.answer).to_have_attribute("aria-busy", "true")
    second = visitor.second_tab()
    second.goto(visitor.page.url)
    visitor.page.reload()
    text = visitor.answered().locator(".answer__text").inner_text()
    assert "145" in text
    expect(answer_in(second)).to_have_attribute("aria-busy", "false", timeout=ANSWER_MS)
    expect(answer_in(second).locator(".answer__text")).to_have_text(text, use_inner_text=True)


def answer_in(page: Page) -> object:
    return page.get_by_role("article", name="Answer").last


def test_a_lost_network_is_said_and_the_answer_goes_on_after_it(
    visit: Visit, employee_at_desk: Person, library: Library
) -> None:
    visitor = at_the_chat(visit, employee_at_desk)
    visitor.ask(QUESTION)
    expect(visitor.answer).to_have_attribute("aria-busy", "true")
    visitor.network(there=False)
    expect(visitor.answer).to_contain_text("Connection lost. Reconnecting")
    visitor.network(there=True)
    expect(visitor.answered()).to_contain_text("11:20")


def test_stop_stops_and_the_answer_can_be_had_again_rated_and_copied(
    visit: Visit, employee_at_desk: Person, library: Library
) -> None:
    visitor = at_the_chat(visit, employee_at_desk)
    page = visitor.page
    visitor.ask("Which telephone extension takes the orders of guest meals?")
    page.get_by_role("button", name="Stop").click()
    expect(visitor.answer).to_contain_text("You stopped this answer.")
    visitor.answer.get_by_role("button", name="Regenerate").click()
    expect(visitor.answered()).to_contain_text("5521")

    visitor.answer.get_by_role("button", name="Copy answer").click()
    expect(visitor.answer.get_by_role("button", name="Copied")).to_be_visible()
    assert "5521" in page.evaluate("navigator.clipboard.readText()")
    visitor.answer.get_by_role("button", name="Good answer").click()
    page.get_by_label("Comment (optional)").fill("Right on the spot")
    page.get_by_role("button", name="Send feedback").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.reload()
    expect(visitor.answer.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")


def test_a_conversation_is_renamed_and_deleted(visit: Visit, employee_at_desk: Person, library: Library) -> None:
    visitor = at_the_chat(visit, employee_at_desk)
    page = visitor.page
    visitor.ask("訪客車位在哪裡?")
    visitor.answered()
    page.get_by_role("button", name=re.compile("^Actions for “訪客車位")).click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_label("Title").fill("Parking for guests")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Parking for guests")).to_be_visible()

    page.get_by_role("button", name="Actions for “Parking for guests”").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("link", name="Parking for guests")).to_have_count(0)
    expect(page).to_have_url(re.compile("/chat$"))


def test_enter_sends_but_never_in_the_middle_of_a_composition(visit: Visit, employee_at_desk: Person) -> None:
    visitor = at_the_chat(visit, employee_at_desk)
    page = visitor.page
    box = page.get_by_label("Your question")
    box.click()
    keyboard = visitor.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "ㄊㄧㄥˊ", "selectionStart": 4, "selectionEnd": 4})
    # Chooses the word: the input method takes the key, and the page sees it go down.
    keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Enter", "windowsVirtualKeyCode": 13})
    expect(box).to_have_value("ㄊㄧㄥˊ")
    keyboard.send("Input.insertText", {"text": "停車證"})
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("How much?")
    expect(box).to_have_value("停車證\nHow much?")
    assert page.url.endswith("/chat")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article", name="You")).to_have_text("停車證\nHow much?", use_inner_text=True)
    page.get_by_role("button", name="Stop").click()
    expect(visitor.answer).to_have_attribute("aria-busy", "false", timeout=ANSWER_MS)
