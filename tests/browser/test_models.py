"""The page Models: a model of one's own comes in, is chosen, verified, asked for its signature, and goes again."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from quarry.runtime import tiny

from tests.browser.chromium import PHONE
from tests.browser.conftest import Person, Visit
from tests.fixtures.product import Product, models

OWN = f"own-{os.getpid()}"


@pytest.fixture
def arrived(product: Product) -> Iterator[None]:
    """A tiny model in the folder for arrivals; whatever the test did, the store is as before in the end."""
    file = models() / "incoming" / f"{OWN}.gguf"
    tiny.write(file)
    yield
    file.unlink(missing_ok=True)
    product.api.put("/models/policy", json={"require_signature": False, "keys": [], "identities": []})
    product.api.delete(f"/models/{OWN}")


def choose(page: Page, name: str, what: str) -> None:
    page.get_by_role("button", name=f"Actions for {name}", exact=True).click()
    page.get_by_role("menuitem", name=what).click()


def fits_the_screen(page: Page) -> bool:
    frame = page.locator(".table-frame").evaluate("e => e.scrollWidth <= e.clientWidth")
    return bool(frame) and bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.usefixtures("arrived")
def test_a_model_of_ones_own_comes_and_goes(visit: Visit, administrator_at_desk: Person) -> None:
    page = visit(administrator_at_desk).open("/administration/models")
    page.get_by_role("button", name="Add a model").click()
    dialog = page.get_by_role("dialog", name="Add a model")
    dialog.get_by_label("File").select_option(f"{OWN}.gguf")
    expect(dialog.get_by_label("Id")).to_have_value(OWN)
    dialog.get_by_label("Licence").fill("Proprietary")
    dialog.get_by_role("button", name="Add a model").click()
    row = page.get_by_role("row").filter(has_text=OWN)
    expect(row).to_contain_text("Checksum verified")
    expect(row).to_contain_text("Proprietary")

    choose(page, OWN, "Verify again")
    expect(page.get_by_role("region", name="Work on models")).to_have_count(0)
    expect(row).to_contain_text("Checksum verified")

    page.get_by_role("button", name="Signatures").click()
    page.get_by_text("Load only models that a trusted signer has signed").click()
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("a signature is required, and it bears no signature")

    choose(page, OWN, "Remove")
    page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)


@pytest.mark.parametrize("language", ["en-US", "zh-TW"])
def test_on_a_phone_nothing_scrolls_sideways(visit: Visit, administrator_at_desk: Person, language: str) -> None:
    page = visit(administrator_at_desk, viewport=PHONE, locale=language).open("/administration/models")
    expect(page.get_by_role("row").filter(has_text="Granite 4.0 H-Small").first).to_be_visible()
    assert fits_the_screen(page)


def test_what_a_worker_holds_cannot_be_removed(visit: Visit, administrator_at_desk: Person) -> None:
    page = visit(administrator_at_desk).open("/administration/models")
    row = page.get_by_role("row").filter(has_text="Active").first
    expect(row).to_contain_text("Loaded:")
    row.get_by_role("button").click()
    expect(page.get_by_role("menuitem", name="Remove")).to_be_disabled()
