"""A long text made short: asked for on the page, followed on its way, and read with the sentences that it rests on."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person, Visit
from tests.browser.visitor import ANSWER_MS
from tests.fixtures.product import Product
from tests.ingestion.making import pdf

PAGES = (
    [
        "Workshop rules",
        "The workshop opens at 07:30 and closes at 16:15 on working days.",
        "Every visitor signs in at the gate and wears goggles in the hall.",
        "The foreman checks the crane each Monday before work begins.",
    ],
    [
        "Tools",
        "A borrowed tool is brought back on the same day before 16:00.",
        "A broken tool is reported to the foreman at once, in writing.",
        "Calibrated gauges are sent to the laboratory every 12 months.",
    ],
)


@pytest.fixture(scope="module")
def shelf(product: Product) -> str:
    """The name of a collection with a document of two pages."""
    collection = product.collection("Minutes of the workshop")
    document = product.upload(collection, "workshop.pdf", pdf(*PAGES))
    assert product.settled(document)["status"] == "ready"
    return "Minutes of the workshop"


def test_from_the_form_to_the_passage_of_a_sentence(visit: Visit, employee_at_desk: Person, shelf: str) -> None:
    page = visit(employee_at_desk).open("/summaries")
    page.get_by_label("Collection", exact=True).select_option(shelf)
    page.get_by_label("Document", exact=True).select_option("workshop.pdf")
    page.get_by_label("Length").select_option("Short")
    page.get_by_role("button", name="Summarise").click()

    expect(page).to_have_url(re.compile(r"/summaries/[0-9a-f-]{36}$"))
    expect(page.get_by_role("heading", level=1, name="workshop.pdf")).to_be_visible()
    answer = page.locator("article.answer")
    expect(answer.get_by_role("status")).not_to_be_empty()  # what is being done, from the first second
    expect(answer).to_have_attribute("aria-busy", "false", timeout=ANSWER_MS)
    expect(answer).to_contain_text("Read at once")

    mark = answer.locator("button.cite").first
    mark.click()
    source = page.get_by_role("complementary", name=re.compile("^Source 1"))
    quoted = source.locator("mark.highlight--quote").first
    expect(quoted).to_be_in_viewport()
    assert quoted.inner_text().strip(".") in " ".join(line for lines in PAGES for line in lines)
    source.get_by_role("link", name="Open document").click()
    expect(page).to_have_url(re.compile(r"/knowledge/documents/[0-9a-f-]{36}\?passage="))

    page.goto(page.url.partition("/knowledge")[0] + "/summaries")
    earlier = page.get_by_role("link", name="workshop.pdf").first
    expect(earlier).to_be_visible()
    earlier.click()
    expect(page.locator("article.answer button.cite").first).to_be_visible()
