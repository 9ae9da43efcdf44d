"""An administrator adds another runtime's model, sees what is wrong with it, mends it, and lets it answer first."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE
from tests.browser.conftest import Person, Visit
from tests.fixtures.product import Product
from tests.runtime.remote.serving import WHOLE, Talk, serving, sse

KEY = "sk-only-the-server-knows"


def service(talk: Talk) -> None:
    if talk.headers.get("authorization") != f"Bearer {KEY}":
        talk.reply(401, {"error": {"message": "Invalid key"}})
    elif talk.path == "/v1/models":
        talk.reply(200, {"data": [{"id": "granite"}]})
    else:
        talk.stream("text/event-stream", sse(*WHOLE))


@pytest.fixture
def without_endpoints(product: Product) -> Iterator[None]:
    """Leaves the product as it was."""
    yield
    product.api.delete("/endpoints/our-vllm")


def step(page: Page, name: str) -> str:
    return page.get_by_role("dialog").get_by_role("listitem").filter(has_text=re.compile(f"^{name}")).inner_text()


@pytest.mark.usefixtures("without_endpoints")
def test_from_the_form_to_the_first_place(visit: Visit, administrator_at_desk: Person, product: Product) -> None:
    with serving(service) as served:
        page = visit(administrator_at_desk).open("/administration/endpoints")
        expect(page.get_by_text("No endpoints yet")).to_be_visible()
        page.get_by_role("button", name="Add endpoint").click()
        form = page.get_by_role("dialog", name="Add endpoint")
        form.get_by_label("Service").select_option("vLLM")
        form.get_by_label("Name", exact=True).fill("Our vLLM")
        form.get_by_label("Address").fill(f"{served.url}/v1")
        form.get_by_label("Model", exact=True).fill("granite")
        form.get_by_label("Key (optional)").fill("wrong")
        expect(form.get_by_label("It is in our own network")).to_be_checked()
        form.get_by_role("button", name="Save and test").click()

        expect(page.get_by_text("This endpoint cannot answer yet.")).to_be_visible()
        assert "Invalid key" in step(page, "Key")
        page.get_by_role("dialog").get_by_role("button", name="Close").last.click()

        page.get_by_role("button", name="Actions for Our vLLM").click()
        page.get_by_role("menuitem", name="Edit").click()
        expect(page.get_by_label("Key (optional)")).to_have_value("")
        page.get_by_label("Key (optional)").fill(KEY)
        page.get_by_role("button", name="Save and test").click()
        expect(page.get_by_text("This endpoint can answer.")).to_be_visible()
        assert "你好" in step(page, "Answer")
        page.get_by_role("dialog").get_by_role("button", name="Close").last.click()

        page.get_by_role("button", name="Put into the order").click()
        page.get_by_role("menuitem", name="Our vLLM").click()
        places = page.get_by_role("region", name="Order of answers").get_by_role("listitem")
        expect(places).to_have_count(2)
        page.get_by_role("button", name="Move Our vLLM up").click()
        expect(places.first).to_contain_text("Our vLLM")
        assert product.api.get("/endpoint-order").json() == {"order": ["endpoint/our-vllm", "embedded"]}

        page.get_by_role("button", name="Actions for Our vLLM").click()
        page.get_by_role("menuitem", name="Delete").click()
        page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_text("No endpoints yet")).to_be_visible()


@pytest.mark.usefixtures("without_endpoints")
def test_in_chinese_on_a_phone(visit: Visit, administrator_at_desk: Person, product: Product) -> None:
    endpoint = {"slug": "our-vllm", "name": "我們的 vLLM", "kind": "vllm", "model": "m", "allow_private": True}
    made = product.api.post("/endpoints", json=endpoint | {"base_url": "http://127.0.0.1:1/v1"})
    assert made.status_code == 201, made.text
    page = visit(administrator_at_desk, locale="zh-TW", viewport=PHONE).open("/administration/endpoints")
    expect(page.get_by_role("heading", level=1, name="模型端點")).to_be_visible()
    page.get_by_role("button", name="我們的 vLLM 的操作").click()
    page.get_by_role("menuitem", name="測試連線").click()
    expect(page.get_by_text("無法連線到 127.0.0.1:1：Connection refused。")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
