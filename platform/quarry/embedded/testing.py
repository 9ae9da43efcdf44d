"""A data folder of its own for every test run, so that tests never touch a real one nor each other."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

MARK = "QUARRY_TEST_HOME"
PREFIX = "quarry-test-"
REPOSITORY = Path(__file__).resolve().parents[3]


def use_temporary_home() -> Path:
    """Points QUARRY_HOME at a new temporary folder; a second call in the same process changes nothing.

    Models are only read, and large: they stay where `make test` fetched them.
    It must run before Django reads its settings, so `tests.settings` calls it first of all.
    """
    owner, _, path = os.environ.get(MARK, "").partition(":")
    if owner == str(os.getpid()):
        return Path(path)
    _sweep()
    home = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    home.chmod(0o711)  # as root, the servers' account must pass through
    os.environ[MARK] = f"{os.getpid()}:{home}"
    os.environ["QUARRY_HOME"] = str(home)
    os.environ.setdefault("QUARRY_MODELS", str(REPOSITORY / "var" / "models"))
    return home


def _sweep() -> None:
    """Removes what test runs left behind that were killed before they could tidy up."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        found = re.match(rf"{PREFIX}(\d+)-", folder.name)
        mine = folder.lstat().st_uid == os.geteuid()
        if found and mine and not Path(f"/proc/{found[1]}").exists():
            shutil.rmtree(folder, ignore_errors=True)
