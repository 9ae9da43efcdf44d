"""The machine and the set-up: Python, packages, compiler, space, memory, files, clock."""

from __future__ import annotations

import os
import shutil
import sys
import time
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from packaging.requirements import Requirement

from ...runtime import machine
from ..children import REPOSITORY
from .findings import Finding, bad, good, idle, warning

GIB = 2**30
TRIED = {(3, 11), (3, 12), (3, 13)}
LEAST_SPACE, LITTLE_SPACE = 1 * GIB, 5 * GIB


def python() -> Iterator[Finding]:
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] in TRIED:
        yield good("Python", f"{found} ({sys.executable})")
    else:
        yield warning(
            "Python", f"{found} is newer than what Quarry was tried with", "if something fails, use 3.11 to 3.13"
        )


def packages() -> Iterator[Finding]:
    wrong = [text for text in map(_package_fault, _requirements()) if text]
    if wrong:
        yield bad("packages", "; ".join(wrong), "run `make setup`")
    else:
        yield good("packages", "all installed")


def _requirements() -> list[Requirement]:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    return [Requirement(text) for text in [*project["dependencies"], *project["optional-dependencies"]["llama"]]]


def _package_fault(wanted: Requirement) -> str:
    try:
        found = version(wanted.name)
    except PackageNotFoundError:
        return f"{wanted.name} is missing"
    fits = wanted.specifier.contains(found.partition("+")[0], prereleases=True)
    return "" if fits else f"{wanted.name} is {found}, needed {wanted.specifier}"


def compiler() -> Iterator[Finding]:
    found = next((path for path in map(shutil.which, ("c++", "g++", "clang++")) if path), None)
    if found:
        yield good("compiler", found)
    else:
        remedy = "only needed to build llama.cpp again; Debian, Ubuntu: apt install build-essential"
        yield warning("compiler", "no C++ compiler on the path", remedy)


def front_end() -> Iterator[Finding]:
    page = REPOSITORY / "frontend" / "dist" / "index.html"
    if page.is_file():
        made = datetime.fromtimestamp(page.stat().st_mtime, UTC)
        yield good("front end", f"built {made:%Y-%m-%d %H:%M} UTC")
    else:
        yield bad("front end", "not built, so the browser shows no pages", "run `make setup`")


def space(home: Path, models: Path) -> Iterator[Finding]:
    for name, folder in {"disk space for data": home, "disk space for models": models}.items():
        existing = next(path for path in [folder, *folder.parents] if path.exists())
        free = shutil.disk_usage(existing).free
        text = f"{free / GIB:.1f} GiB free at {folder}"
        if free < LEAST_SPACE:
            yield bad(name, text, "make room: without it the database stops")
        elif free < LITTLE_SPACE:
            yield warning(name, text, "make room soon")
        else:
            yield good(name, text)


def memory() -> Iterator[Finding]:
    total, free = machine.total_memory() / GIB, machine.memory() / GIB
    text = f"{free:.1f} of {total:.1f} GiB available, {machine.cores()} cores"
    if total < 3.5:
        yield warning("memory", text, "4 GiB are the least for the smallest useful model; choose one with QUARRY_MODEL")
    else:
        yield good("memory", text)


def files(home: Path) -> Iterator[Finding]:
    if not home.exists():
        yield idle("data folder", f"{home} is made at the first start")
        return
    if not os.access(home, os.W_OK | os.X_OK):
        yield bad(
            "data folder", f"{home} is not writable for this account", f"chown it, or run as uid {home.stat().st_uid}"
        )
        return
    yield good("data folder", str(home))
    yield from _secrets(home / "secrets")


def _secrets(folder: Path) -> Iterator[Finding]:
    open_ones = [path for path in folder.glob("*") if path.stat().st_mode & 0o077] if folder.is_dir() else []
    if open_ones:
        names = " ".join(str(path) for path in open_ones)
        yield bad("secrets", f"others can read {names}", f"chmod 600 {names}")
    elif folder.is_dir():
        yield good("secrets", "readable by their owner only")


def clock(home: Path) -> Iterator[Finding]:
    """A clock that went back makes sessions, leases and the audit log tell nonsense."""
    logs = [path.stat().st_mtime for path in (home / "logs").glob("*.log")] if home.exists() else []
    now = datetime.now(UTC)
    if max(logs, default=0) > time.time() + 60 or now.year < 2026:
        yield bad("clock", f"{now:%Y-%m-%d %H:%M} UTC is before things that have happened", "set the machine's clock")
        return
    try:
        ZoneInfo("Asia/Taipei")
    except ZoneInfoNotFoundError:
        yield bad("clock", "the time zone data is missing", "install it: apt install tzdata")
        return
    yield good("clock", f"{now:%Y-%m-%d %H:%M} UTC")
