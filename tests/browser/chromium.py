"""The browser that tests and screenshots drive: an installed Chromium that talks to nobody on its own."""

import os
import shutil
from typing import Literal, TypedDict

from playwright.sync_api import Browser, Playwright, ViewportSize

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP: ViewportSize = {"width": 1360, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}


class Look(TypedDict, total=False):
    """How a visitor sees the pages; options of `Browser.new_context`."""

    locale: str
    color_scheme: Literal["light", "dark"]
    reduced_motion: Literal["reduce"]
    viewport: ViewportSize
    device_scale_factor: float


def launch(playwright: Playwright) -> Browser:
    """QUARRY_CHROMIUM, else the first of the usual names."""
    names = (os.environ.get("QUARRY_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    path = next((found for found in (shutil.which(name) for name in names if name) if found), None)
    if path is None:
        raise LookupError("no Chromium found: install one, or set QUARRY_CHROMIUM to its path")
    return playwright.chromium.launch(executable_path=path, args=list(QUIET))
