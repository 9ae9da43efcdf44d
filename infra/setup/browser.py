"""Chromium for the browser tests: an installed one, else the distribution's package where we may install it."""

import glob
import os
import shutil

from work import Job, Trouble, say, together

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
PLACES = (
    "~/.cache/ms-playwright/chromium-*/chrome-linux*/chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find() -> str | None:
    """The browser to test with: QUARRY_CHROMIUM, else one of the usual names and places."""
    chosen = os.environ.get("QUARRY_CHROMIUM")
    if chosen:
        return shutil.which(chosen)
    on_path = next((path for path in map(shutil.which, NAMES) if path), None)
    places = (path for pattern in PLACES for path in sorted(glob.glob(os.path.expanduser(pattern))))
    return on_path or next(places, None)


def prepare() -> str:
    """The browser, installed if there is none and we may."""
    found = find()
    if found:
        return found
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Trouble(
            "the browser tests need Chromium or Chrome. Install one (Debian, Ubuntu: `sudo apt install chromium`), "
            "or set QUARRY_CHROMIUM to its path"
        )
    say("no Chromium found: installing the distribution's package for the browser tests")
    install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk"]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    together([Job("Chromium", [["apt-get", "update"], install], "about two minutes", environment=quiet)])
    found = find()
    if not found:
        raise Trouble("the chromium package was installed, but no browser is on the path")
    return found
