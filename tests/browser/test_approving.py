"""What needs two people: the one who asked agrees in the chat, another one by the link of a mail."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person, Visit
from tests.browser.test_agents import TOOL, ask_the_desk, desk, service
from tests.browser.visitor import ANSWER_MS
from tests.fixtures.leave_service import LeaveService
from tests.fixtures.product import ADMINISTRATOR, Product, wait_for

__all__ = ["desk", "service"]
CARD = re.compile("^May this be done: Book leave")
ALL = "Show all that waits for you"
ORDER = ("employee", "from", "to", "kind", "note")  # of the service's own description
# The mail's own way to its link; the product of these tests has no mail server.
LINK = """
from agents.approvals import mail, models
from apps.accounts.models import User
approval = models.Approval.objects.latest("created_at")
print(mail.token(User.objects.get(email="{email}"), approval))
"""


@pytest.fixture
def two_must_agree(product: Product, desk: str) -> None:
    changed = product.api.patch(f"/tools/{TOOL}/operations/bookLeave", json={"four_eyes": True})
    assert changed.status_code == 200, changed.text


def token(product: Product, email: str) -> str:
    return product.manage("shell", "-v", "0", "-c", LINK.format(email=email)).split()[-1]


def test_two_people_agree_the_second_by_the_link_of_a_mail(
    visit: Visit,
    employee_at_desk: Person,
    administrator_at_desk: Person,
    product: Product,
    service: LeaveService,
    desk: str,
    two_must_agree: None,
) -> None:
    asking = visit(employee_at_desk)
    ask_the_desk(asking, desk)
    own = asking.page.get_by_role("region", name=CARD)
    expect(own).to_contain_text("Two people must agree", timeout=ANSWER_MS)
    expect(own.get_by_role("button", name="Allow for this conversation")).to_have_count(0)
    own.get_by_role("button", name="Allow once").click()
    expect(own).to_contain_text("You agreed. Somebody else must agree as well.")
    assert service.bookings == {}

    link = token(product, ADMINISTRATOR[0])
    not_theirs = visit(employee_at_desk)
    not_theirs.allow(404, f"/api/v1/approvals/links/{quote(link, safe='')}")
    expect(not_theirs.open(f"/approvals/{link}").get_by_text("This link no longer leads anywhere.")).to_be_visible()

    page = visit(administrator_at_desk).open(f"/approvals/{link}")
    agreed(page)
    wait_for(lambda: bool(service.bookings), 30, lambda: asking.page.content())
    assert [each["from"] for each in service.bookings.values()] == ["2027-03-01"]
    page.reload()
    expect(page.get_by_text("Allowed by Administrator")).to_be_visible()
    expect(page.get_by_role("button", name="Allow once")).to_have_count(0)
    expect(page.get_by_role("link", name=ALL)).to_be_visible()


def agreed(page: Page) -> None:
    """Looking decides nothing; a button does."""
    card = page.get_by_role("region", name=CARD)
    expect(card).to_contain_text("Emma")
    expect(card).to_contain_text("Allowed by Emma")
    shown = card.locator("dt").evaluate_all("(all) => all.map((each) => each.title)")
    assert shown == [name for name in ORDER if name in shown]
    card.get_by_role("button", name="Allow once").click()
    expect(page.get_by_role("link", name=ALL)).to_be_visible()
