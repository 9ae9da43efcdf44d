"""Installs llama-cpp-python compiled for this processor, and proves that it decodes.

    .venv/bin/python infra/llama/build.py

Built the default way it crashes in the first decode on processors with AMX (see amx.h). So it is compiled with that
mended; if the result still crashes, without AMX; if that crashes too, for any processor of this kind. Each build is
tried by decoding with a tiny model in a process of its own. What was seen is written to `quarry-llama.json` in the
environment: the engine reads there whether it may rearrange weights (for AMX), and the next call finds nothing to do.
With GPU=cuda, metal or vulkan in the environment it is compiled for that as well (see gpu.py).
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "platform"))

import gpu
from quarry.endings import crash, describe_end

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGE = "llama-cpp-python"
RECORD = Path(sys.prefix) / "quarry-llama.json"
LOG = Path(sys.prefix) / "quarry-llama-build.log"
SAY_EVERY = 5.0
PROOF_SECONDS = 120
MEMORY_A_COMPILER = 1.5 * 2**30


@dataclass(frozen=True)
class Plan:
    """One way to compile it."""

    name: str
    flags: str = ""
    cmake: str = ""


def plans(x86: bool) -> list[Plan]:
    """From the fastest to the safest."""
    generic = Plan("for any processor of this kind", "", "-DGGML_NATIVE=OFF")
    if not x86:
        return [Plan("for this processor"), generic]
    no_amx = "-mno-amx-tile -mno-amx-int8 -mno-amx-bf16"
    return [
        Plan("for this processor", f'-include "{HERE / "amx.h"}"'),
        Plan("for this processor, without AMX", no_amx),
        generic,
    ]


def main() -> int:
    version, kind = wanted_version(), gpu.wanted(RECORD)
    if recorded(version, kind):
        print(f"llama.cpp ({PACKAGE} {version}) is here and was seen to decode.")
        return 0
    if why_not := gpu.trouble(kind):
        print(why_not)
        return 1
    if kind == gpu.NONE and not built_for_gpu() and installed_version() == version and (how := prove()).decodes:
        return done(version, "found installed", how)
    for plan in plans(is_x86()):
        if not compile_with(plan, version, kind):
            return 1
        if (how := prove()).decodes:
            return done(version, plan.name, how, kind)
        print(f"llama.cpp, compiled {plan.name}, crashes when it decodes: {how.reason}.", flush=True)
    print("No build of llama.cpp decodes on this machine. Please report it together with the output of lscpu.")
    return 1


def done(version: str, how: str, proof: Proof, kind: str = gpu.NONE) -> int:
    """Writes the record and says plainly what came out."""
    record = {
        "version": version,
        "build": how,
        "gpu": kind,
        "repacked": proof.repacked,
        "processor": processor(),
        "python": sys.version,
    }
    RECORD.write_text(json.dumps(record, indent=1), encoding="utf-8")
    amx = ""
    if has_amx():
        amx = ", with AMX" if proof.repacked else ", without AMX (it crashes with it here)"
    print(f"llama.cpp ({PACKAGE} {version}): {how}; decodes{amx}.", flush=True)
    if kind != gpu.NONE:
        found = "its weights go to the graphics processor" if proof.offloads else "it finds no graphics processor here"
        print(f"Compiled with GPU={kind}: {found}.", flush=True)
    return 0


# -- what is here already ----------------------------------------------------------------------------------------------


def wanted_version() -> str:
    """The version that pyproject.toml names in its `llama` extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (requirement,) = project["optional-dependencies"]["llama"]
    return requirement.removeprefix(f"{PACKAGE}==")


def installed_version() -> str | None:
    try:
        return importlib.metadata.version(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return None


def recorded(version: str, kind: str) -> bool:
    """Whether this very build was seen to decode on this very processor."""
    record = read_record()
    same = record.get("version") == version == installed_version() and record.get("python") == sys.version
    return bool(same and record.get("processor") == processor() and record.get("gpu", gpu.NONE) == kind)


def built_for_gpu() -> bool:
    return bool(read_record().get("gpu", gpu.NONE) != gpu.NONE)


def read_record() -> dict[str, Any]:
    try:
        record = json.loads(RECORD.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def is_x86() -> bool:
    return platform.machine().lower() in {"x86_64", "amd64"}


def processor() -> str:
    """The processor's abilities: a build for one may crash on another."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    found = re.search(r"^(?:flags|Features)\s*:\s*(.*)$", text, re.M)
    return " ".join(sorted(found[1].split())) if found else platform.machine()


def has_amx() -> bool:
    return "amx_int8" in processor().split()


# -- compiling ---------------------------------------------------------------------------------------------------------


def compile_with(plan: Plan, version: str, kind: str) -> bool:
    """Compiles and installs; False when the compiler or the index failed."""
    print(f"Compiling llama.cpp {plan.name}; this happens once and takes minutes. Log: {LOG}", flush=True)
    begin = time.monotonic()
    with LOG.open("wb") as log:
        if installed_version():
            subprocess.run(pip("uninstall", "--yes", PACKAGE), stdout=log, stderr=log, check=False)
        child = subprocess.Popen(install_command(version), stdout=log, stderr=log, env=environment(plan, kind))
        code = watch(child, begin)
    if code != 0:
        print("Compiling failed. The end of the log:\n" + "\n".join(tail(LOG, 25)), flush=True)
    return code == 0


def pip(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]


def install_command(version: str) -> list[str]:
    """From source, never from a cache or a ready-made wheel: those were compiled elsewhere or the crashing way."""
    constraints = ROOT / "infra" / "constraints.txt"
    pinned = ["--constraint", str(constraints)] if constraints.exists() else []
    fresh = ["--no-cache-dir", f"--no-binary={PACKAGE}", "--verbose", "--progress-bar=off"]
    return pip("install", *fresh, *pinned, f"{PACKAGE}=={version}")


def environment(plan: Plan, kind: str) -> dict[str, str]:
    variables = dict(os.environ)
    for name in ("CFLAGS", "CXXFLAGS"):
        variables[name] = f"{variables.get(name, '')} {plan.flags}".strip()
    images = "-DLLAVA_BUILD=OFF"  # the engine does not read them
    cmake = [variables.get("CMAKE_ARGS", ""), plan.cmake, gpu.KINDS[kind].cmake, images]
    variables["CMAKE_ARGS"] = " ".join(word for word in cmake if word)
    variables.setdefault("CMAKE_BUILD_PARALLEL_LEVEL", str(compilers()))
    return variables


def compilers() -> int:
    """As many at a time as there are cores, and as fit into memory."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(cores, int(memory / MEMORY_A_COMPILER)))


def watch(child: subprocess.Popen[bytes], begin: float) -> int:
    """Says every few seconds how far it is; ends the compiler when it is interrupted."""
    try:
        while True:
            try:
                return child.wait(SAY_EVERY)
            except subprocess.TimeoutExpired:
                print(progress_line(time.monotonic() - begin, tail(LOG, 40)), flush=True)
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()


def progress_line(seconds: float, lines: list[str]) -> str:
    """ "Compiling llama.cpp... 1:20 (45 of 210 files)"."""
    steps = [found for line in lines if (found := re.search(r"\[(\d+)/(\d+)\]", line))]
    files = f" ({steps[-1][1]} of {steps[-1][2]} files)" if steps else ""
    return f"Compiling llama.cpp... {int(seconds) // 60}:{int(seconds) % 60:02d}{files}"


def tail(path: Path, lines: int) -> list[str]:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 65536))
        return file.read().decode("utf-8", "replace").splitlines()[-lines:]


# -- proving -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proof:
    """`repacked`: it also decodes with weights rearranged for the processor, which is how AMX is used. `offloads`: it
    found a graphics processor and decoded there."""

    decodes: bool
    repacked: bool
    reason: str = ""
    offloads: bool = False


def prove(run: Callable[[str], tuple[int, str]] | None = None) -> Proof:
    """Tries both ways, each in a process that may crash."""
    attempt = run or decode
    code, said = attempt("plain")
    if code != 0:
        return Proof(False, False, crash(code) or " ".join(said.split()[-40:]) or describe_end(code))
    return Proof(True, attempt("repacked")[0] == 0, offloads="graphics processor" in said)


def decode(way: str) -> tuple[int, str]:
    command = [sys.executable, str(HERE / "prove.py"), way]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PROOF_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return 1, f"no answer within {PROOF_SECONDS} seconds"
    return done.returncode, done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main())
