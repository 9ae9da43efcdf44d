"""The pictures of the README, taken from a running Quarry that holds the sample collection:

python -m tests.browser.screenshots --url http://127.0.0.1:8000 --email admin@quarry.local --password ...
"""

import argparse
import io
import re
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.chromium import PHONE, Look, launch
from tests.browser.visitor import ANSWER_MS, Visitor
from tests.fixtures.leave_service import KEY, LeaveService, leave_service

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
CHINESE = "泵浦本體和控制器各保固多久？"
ENGLISH = "How long must a password be?"
BOOKING = "Book annual leave for emma from 2027-03-01 to 2027-03-02."
DESK = {
    "slug": "leave-desk",
    "name": "Leave desk",
    "picture": "calendar",
    "purpose": "Books leave",
    "instructions": "You book leave. Call bookLeave with the employee and the days of the question.",
    "tools": ["leave/bookLeave"],
    "collections": [],
}
LARGEST = 300_000
COLOURS = 256
WIDE: Look = {"viewport": {"width": 1280, "height": 760}, "device_scale_factor": 1.5}

Picture = Callable[[Visitor], None]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for name in ("url", "email", "password"):
        parser.add_argument(f"--{name}", required=True)
    return parser.parse_args()


def conversation(question: str, *, open_source: bool) -> Picture:
    """A question with its answer, and the passage that it cites."""

    def show(visitor: Visitor) -> None:
        page = visitor.open("/chat")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        visitor.ask(question)
        mark = visitor.answered().locator("button.cite").first
        if open_source:
            mark.click()
            expect(page.locator(".source-panel mark").first).to_be_in_viewport()

    return show


def place(path: str, ready: str) -> Picture:
    def show(visitor: Visitor) -> None:
        expect(visitor.open(path).locator(ready).first).to_be_visible()

    return show


def collection(visitor: Visitor) -> None:
    page = visitor.open("/knowledge")
    page.locator(".collection-card").first.click()
    expect(page.locator(".document-file").first).to_be_visible()


def approval(visitor: Visitor) -> None:
    """An assistant that wants to book leave with a service, and asks first."""
    with leave_service() as service:
        leave_desk(visitor, service)
        page = visitor.open("/chat")
        visitor.ask(f"@{DESK['slug']} {BOOKING}")
        expect(page.get_by_role("region", name=re.compile("^May this be done"))).to_be_visible(timeout=ANSWER_MS)


def leave_desk(visitor: Visitor, service: LeaveService) -> None:
    tool = {"name": "Leave", "slug": "leave", "kind": "openapi", "document": service.document, "enabled": True}
    tool |= {"auth": {"type": "bearer", "value": KEY}, "egress": {"allow": [service.place]}}
    for path, body in (("/tools", tool | {"needs_approval": ["bookLeave"]}), ("/assistants", DESK)):
        call(visitor, "DELETE", f"{path}/{body['slug']}")  # of an earlier picture
        assert call(visitor, "POST", path, body) == 201


def call(visitor: Visitor, method: str, path: str, body: object = None) -> int:
    """The status of what the person who is signed in asks of the API."""
    tokens = [each["value"] for each in visitor.context.cookies() if each["name"] == "csrftoken"]
    headers = {"X-CSRFToken": tokens[0], "Referer": visitor.url}
    return visitor.context.request.fetch(
        f"{visitor.url}/api/v1{path}", method=method, headers=headers, data=body
    ).status


PICTURES: dict[str, tuple[Look, Picture]] = {
    "chat": ({**WIDE, "locale": "zh-TW"}, conversation(CHINESE, open_source=True)),
    "approval": ({**WIDE, "locale": "en-US"}, approval),
    "knowledge": ({**WIDE, "locale": "en-US"}, collection),
    "audit": ({**WIDE, "locale": "en-US", "color_scheme": "dark"}, place("/administration/audit", "tbody tr")),
    "phone": (
        {"viewport": PHONE, "device_scale_factor": 2, "locale": "en-US", "color_scheme": "dark"},
        conversation(ENGLISH, open_source=False),
    ),
}


def take(browser: Browser, wish: argparse.Namespace, name: str) -> None:
    look, show = PICTURES[name]
    visitor = Visitor(browser.new_context(**look), wish.url)
    page = visitor.open("/sign-in")
    visitor.sign_in(wish.email, wish.password)
    page.wait_for_url("**/chat")
    show(visitor)
    page.mouse.move(0, 0)
    page.evaluate("document.fonts.ready")
    save(name, page.screenshot(animations="disabled"))
    visitor.context.close()


def save(name: str, png: bytes) -> None:
    """With a palette: pages have few colours, and a README should load at once."""
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    path = IMAGES / f"{name}.png"
    picture.save(path, optimize=True)
    assert path.stat().st_size < LARGEST, f"{path} has {path.stat().st_size:,} bytes"
    print(f"{path} {path.stat().st_size // 1000} kB")


def main() -> None:
    wish = arguments()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name in PICTURES:
            take(browser, wish, name)
        browser.close()


if __name__ == "__main__":
    main()
