"""A program's own small world, where bubblewrap works: the system read-only, nothing of ours, no other processes, and a
network only where one is wanted. Everywhere its limits."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from quarry.embedded.paths import socket_folder

from agents.tools.builtin.python import bubblewrap

OPEN_FILES, LARGEST_FILE, PROCESSES = 1024, 2 * 1024**3, 256
TRIAL_SECONDS = 30.0
# What others of this machine leave for one another: files, and sockets of services.
SHARED = ("/tmp", "/var/tmp", "/run/user")  # noqa: S108
PYTHON = (sys.base_prefix, sys.prefix)  # seen wherever it lies
# Takes on the limits, not more than it may, then becomes the program; what that starts itself inherits them.
START = """
import os, resource, sys
for each in sys.argv[1].split():
    name, _, most = each.partition("=")
    kind = getattr(resource, "RLIMIT_" + name)
    hard = resource.getrlimit(kind)[1]
    most = int(most) if hard == resource.RLIM_INFINITY else min(int(most), hard)
    resource.setrlimit(kind, (most, most))
os.execv(sys.argv[2], sys.argv[2:])
"""


@dataclass(frozen=True)
class Box:
    """What a boxed program has: its folder, and the network or none."""

    folder: Path
    network: bool = True


@cache
def works() -> bool:
    """Whether programs can be boxed on this machine; tried once by each process."""
    if bubblewrap() is None:
        return False
    with tempfile.TemporaryDirectory(prefix="quarry-mcp-") as folder:
        tried = command([sys.executable, "-c", ""], LARGEST_FILE, Box(Path(folder), network=False))
        try:
            return subprocess.run(tried, capture_output=True, timeout=TRIAL_SECONDS, check=False).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False


def command(called: Sequence[str], memory: int, box: Box | None) -> list[str]:
    """How the program is started, which `called` names by its whole path: with limits, and in its box. `memory` is in
    bytes. Outside of a box the number of processes would be that of all the account's, and is not limited."""
    limits = {"NOFILE": OPEN_FILES, "FSIZE": LARGEST_FILE, "CORE": 0, "DATA": memory}
    limits |= {"NPROC": PROCESSES} if box else {}
    said = " ".join(f"{name}={most}" for name, most in limits.items())
    started = [sys.executable, "-I", "-S", "-c", START, said, *called]
    return [*_boxed(box, called), "--", *started] if box else started


def _boxed(box: Box, called: Sequence[str]) -> list[str]:
    """Bubblewrap's own words. Names of the network are looked up in files beneath /run on some systems, so that it
    stays to be seen."""
    return [
        *(bubblewrap() or "bwrap", "--die-with-parent", "--cap-drop", "ALL"),
        *("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
        *(() if box.network else ("--unshare-net",)),
        *("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"),
        *(word for folder in _hidden(called) for word in ("--tmpfs", str(folder))),
        *(word for folder in PYTHON for word in ("--ro-bind", folder, folder)),
        *("--bind", str(box.folder), str(box.folder), "--chdir", str(box.folder)),
    ]


def _hidden(called: Sequence[str]) -> list[Path]:
    """Folders of which it sees nothing, the outer ones first: those of this installation and, unless the program itself
    lies in there, the account's home and what others share."""
    own = Path(settings.QUARRY_HOME).resolve()
    others = {Path.home(), *map(Path, SHARED)}
    found = {folder for folder in others if not any(_lies_in(folder, word) for word in called)}
    found |= {own, socket_folder(own).resolve()}
    return sorted(folder for folder in found if folder.is_dir() and folder != Path("/"))


def _lies_in(folder: Path, word: str) -> bool:
    """Whether it is a path to something in there that Python does not bring along."""
    places = {Path(word), Path(word).resolve()}
    python = any(place.is_relative_to(own) for place in places for own in PYTHON)
    return not python and any(place.is_relative_to(folder) for place in places)
