"""Collections and documents, and who can see them."""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.conftest import Library, Person, Visit
from tests.fixtures.product import Product

DROP = """([zone, name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type: "text/markdown" }));
  for (const kind of ["dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
}"""


def test_files_are_dropped_and_chosen_and_a_bad_one_says_why(
    visit: Visit, administrator_at_desk: Person, product: Product, tmp_path: Path
) -> None:
    page = visit(administrator_at_desk).open("/knowledge")
    page.get_by_role("button", name="New collection").click()
    page.get_by_label("Name").fill("Workshop")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Workshop", level=1)).to_be_visible()

    zone = page.get_by_role("group", name="Add documents").element_handle()
    page.evaluate(DROP, [zone, "lathe.md", "# Lathe\\n\\nThe lathe is oiled every Monday."])
    empty = tmp_path / "empty.pdf"
    empty.write_bytes(b"%PDF-1.7 and nothing else")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(empty)

    good = page.get_by_role("row").filter(has=page.get_by_role("link", name="lathe"))
    bad = page.get_by_role("row").filter(has=page.get_by_role("link", name="empty"))
    expect(good).to_contain_text("Ready", timeout=60_000)
    expect(bad).to_contain_text("Failed", timeout=60_000)
    expect(bad.locator(".document-error")).to_have_text("The PDF is damaged: it cannot be opened.")
    chinese = visit(administrator_at_desk, locale="zh-TW").open(urlsplit(page.url).path)
    expect(chinese.locator(".document-error")).to_have_text("PDF 已損毀，無法開啟。")
    good.get_by_role("link").click()
    expect(page.locator(".document-body")).to_contain_text("oiled every Monday")


def test_search_leads_to_the_passage(visit: Visit, employee_at_desk: Person, library: Library) -> None:
    page = visit(employee_at_desk).open("/knowledge")
    page.get_by_role("searchbox").fill("訪客車位")
    page.keyboard.press("Enter")
    hit = page.get_by_role("listitem").filter(has_text="地下二樓")
    expect(hit.locator("mark").filter(has_text="訪客車位")).to_be_visible()
    hit.get_by_role("link").click()
    expect(page.locator("mark.highlight").filter(has_text="地下二樓")).to_be_in_viewport()


def test_who_may_not_read_a_collection_does_not_learn_of_it(
    visit: Visit, employee_at_desk: Person, product: Product
) -> None:
    secret = product.collection("Board minutes", visibility="groups", groups=[])
    document = product.upload(secret, "minutes.md", b"# Minutes\n\nThe plant in Yilan is to be sold.")
    assert product.settled(document)["status"] == "ready"
    visitor = visit(employee_at_desk)
    page = visitor.open("/knowledge")
    expect(page.get_by_role("heading", name="House rules")).to_be_visible()
    expect(page.get_by_text("Board minutes")).to_have_count(0)
    for kind, key in (("collections", secret), ("documents", document)):
        visitor.allow(404, f"/api/v1/{kind}/{key}")
        visitor.open(f"/knowledge/{kind}/{key}")
        expect(page.get_by_role("main")).to_contain_text("There is nothing here, or you may not see it.")
        expect(page.get_by_text("Yilan")).to_have_count(0)
