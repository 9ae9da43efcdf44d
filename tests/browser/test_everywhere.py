"""What must hold on every page: fit for a phone, for a screen reader, for both languages and both themes."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE
from tests.browser.conftest import Library, Person, Visit

PLACES = (
    "/chat",
    "/knowledge",
    "/knowledge/collections/{collection}",
    "/knowledge/documents/{canteen}",
    "/knowledge/search?q=canteen",
    "/assistants",
    "/assistants/new",
    "/assistants/knowledge",
    "/assistants/knowledge/versions",
    "/approvals",
    "/summaries",
    "/extractions",
    "/schedules",
    "/administration/tools",
    "/administration/tools/new",
    "/administration/tools/calculator",
    "/administration/runs",
    "/administration/evaluations",
    "/administration/people",
    "/administration/groups",
    "/administration/models",
    "/administration/endpoints",
    "/administration/audit",
    "/administration/system",
    "/account",
)
AXE = """async () => (await axe.run({
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
})).violations.map((each) => [each.id, each.nodes.map((node) => node.html.slice(0, 160))])"""


def violations(page: Page, repository: Path) -> Any:
    # By the debugger, past the page's own Content Security Policy, which forbids foreign scripts.
    page.evaluate((repository / "frontend/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    return page.evaluate(AXE)


def settled(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[class*=skeleton]")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_fits_a_phone_and_a_screen_reader(
    visit: Visit, administrator_at_desk: Person, library: Library, repository: Path, theme: str
) -> None:
    visitor = visit(administrator_at_desk, viewport=PHONE, locale="zh-TW", color_scheme=theme, reduced_motion="reduce")
    for place in PLACES:
        page = visitor.open(place.format(**library._asdict()))
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], place
        assert violations(page, repository) == [], place


def test_the_sign_in_page_fits_a_phone_and_a_screen_reader(visit: Visit, repository: Path) -> None:
    page = visit(viewport=PHONE).open("/sign-in")
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert violations(page, repository) == []
