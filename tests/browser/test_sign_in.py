"""Coming in, going out, and how the pages look before and after."""

from playwright.sync_api import expect

from tests.browser.conftest import Person, Visit
from tests.fixtures.product import ADMINISTRATOR

EMAIL, PASSWORD = ADMINISTRATOR


def test_a_wrong_password_says_so_and_the_right_one_leads_to_the_page_asked_for(visit: Visit) -> None:
    visitor = visit()
    visitor.allow(400, "/_allauth/browser/v1/auth/login")
    page = visitor.open("/knowledge")
    visitor.sign_in(EMAIL, "not this one")
    expect(page.get_by_role("alert").filter(has_text="The email or the password is not right.")).to_be_visible()
    visitor.sign_in(EMAIL, PASSWORD)
    expect(page.get_by_role("heading", name="Knowledge", level=1)).to_be_visible()

    page.get_by_role("button", name="Your account").click()
    visitor.allow(401, "/_allauth/browser/v1/auth/session")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    visitor.open("/knowledge")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_language_and_theme_follow_the_browser_until_somebody_chooses(visit: Visit, employee_at_desk: Person) -> None:
    visitor = visit(employee_at_desk, locale="zh-TW", color_scheme="dark")
    page = visitor.open("/knowledge")
    html = page.locator("html")
    expect(page.get_by_role("heading", name="知識庫", level=1)).to_be_visible()
    expect(html).to_have_attribute("lang", "zh-Hant")
    expect(html).to_have_attribute("data-theme", "g100")

    page.get_by_role("button", name="您的帳號").click()
    page.get_by_role("tab", name="English").click()
    page.get_by_role("tab", name="Light").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Your account")).to_be_focused()
    page.reload()
    expect(page.get_by_role("heading", name="Knowledge", level=1)).to_be_visible()
    expect(html).to_have_attribute("lang", "en")
    expect(html).to_have_attribute("data-theme", "white")


def test_by_keyboard_alone_the_first_stop_leads_past_the_navigation(visit: Visit, employee_at_desk: Person) -> None:
    page = visit(employee_at_desk).open("/chat")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
