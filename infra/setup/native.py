"""llama.cpp, compiled for this processor (see infra/llama)."""

import platform
import re
import shutil
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "llama"))

import gpu
from work import PYTHON, ROOT, VENV, Job, Stamp, Trouble, digest, python_version

FOLDER = ROOT / "infra" / "llama"


def jobs() -> list[Job]:
    kind = gpu.wanted(VENV / "quarry-llama.json")
    stamp = Stamp(VENV / ".quarry-llama", digest(_sources(), python_version(), _processor(), kind))
    if stamp.fresh():
        return []
    _require_compiler()
    if why_not := gpu.trouble(kind):
        raise Trouble(why_not)
    return [Job("llama.cpp", [[PYTHON, FOLDER / "build.py"]], "compiled once; about 4 min on two cores", stamp)]


def _sources() -> list[Path]:
    return [path for path in FOLDER.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def _processor() -> str:
    """What the compiled library depends on: it uses the instructions of the processor it was made on."""
    try:
        flags = re.search(r"^(?:flags|Features)\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    except OSError:
        return platform.processor()
    return flags[1] if flags else platform.machine()


def _require_compiler() -> None:
    missing = [
        name
        for name, kinds in {"C": ("cc", "gcc", "clang"), "C++": ("c++", "g++", "clang++")}.items()
        if not any(shutil.which(kind) for kind in kinds)
    ]
    if missing:
        raise Trouble(f"no {' and '.join(missing)} compiler. On Debian or Ubuntu: apt install build-essential")
