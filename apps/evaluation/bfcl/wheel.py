"""Gets the benchmark: the wheel is unpacked into a folder of its own and never installed, because it asks for old
versions of libraries that we use."""

import hashlib
import shutil
import tempfile
import zipfile
from pathlib import Path

from quarry.runtime import settings
from quarry.runtime.faults import FetchFailed
from quarry.runtime.wheels import fetch_wheel

from apps.evaluation.bfcl import PACKAGE, VERSION

SHA256 = "8d6a8d9244b9e7e8f1e18d7e989d315073f682f75e78b7a2fbbfe6e92ac14d7f"
NEEDED = "bfcl/"


def folder() -> Path:
    """Where the benchmark lies; fetched at the first call. Raises FetchFailed."""
    place = settings.current().home / "bfcl" / VERSION
    if not (place / NEEDED / "data").is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="bfcl-", dir=place.parent) as work:
            unpack(fetch_wheel(PACKAGE, VERSION, Path(work)), Path(work, "unpacked"))
            shutil.rmtree(place, ignore_errors=True)
            Path(work, "unpacked").rename(place)
    return place


def unpack(wheel: Path, target: Path) -> None:
    """Unpacks a wheel that has the digest we know; its code is run later."""
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != SHA256:
        raise FetchFailed(f"{wheel.name} is not the file that this version of Quarry knows.")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target, [name for name in archive.namelist() if name.startswith(NEEDED)])
