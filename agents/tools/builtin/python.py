"""Running Python that a model wrote, in a sandbox of bubblewrap: no network, no files but a folder of its own, no
secrets, little memory and little time. Off until an administrator switches it on."""

import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agents.tools.builtin import child, seccomp
from agents.tools.builtin.types import BuiltIn, Task, parameters, text
from agents.tools.kinds import Offer
from agents.tools.types import Context, Result, ToolError

SECONDS = 20.0
MEMORY, CPU, FILE, FILES = 512 * 1024**2, 15, 10 * 1024**2, 64
SHOWN = 10_000  # characters
MISSING = "Python cannot be run here: bubblewrap is not installed on the server. Tell the person."
# Takes on the limits where nothing can lift them any more, then becomes the program.
START = f"""
import resource, runpy
for name, most in (("AS", {MEMORY}), ("CPU", {CPU}), ("FSIZE", {FILE}), ("NOFILE", {FILES}), ("CORE", 0)):
    resource.setrlimit(getattr(resource, "RLIMIT_" + name), (most, most))
runpy.run_path("/sandbox/main.py", run_name="__main__")
"""


def bubblewrap() -> str | None:
    """Where the sandbox's program is; None where there is none."""
    return shutil.which("bwrap")


def run(context: Context, arguments: Mapping[str, Any]) -> Result:
    program = bubblewrap()
    if program is None:
        raise ToolError(MISSING)
    ended = _sandboxed(program, arguments["code"], context)
    output = _shown(ended.output)
    if ended.status is None:
        raise ToolError("The program took too long and was stopped.")
    if ended.status != 0:
        raise ToolError(f"The program failed.\n{output[-500:]}\n{_shown(ended.errors)[-1200:]}".strip())
    return Result(output or "The program wrote nothing. Use print().", {"output": output})


def _sandboxed(program: str, code: str, context: Context) -> child.Ended:
    refusals = seccomp.program()
    if refusals is None:
        raise ToolError("Python cannot be run here: the sandbox does not know this processor. Tell the person.")
    with tempfile.TemporaryDirectory(prefix="quarry-python-") as folder, tempfile.TemporaryFile() as filter:
        Path(folder, "main.py").write_text(code, encoding="utf-8")
        filter.write(refusals)
        filter.seek(0)
        called = command(program, Path(folder, "main.py"), filter.fileno())
        return child.run(called, b"", context, SECONDS, folder, variables={}, passed=[filter.fileno()])


def command(program: str, code: Path, filter: int) -> list[str]:
    """The sandbox: new namespaces for everything, nothing of this machine but Python itself, and all of it read-only
    but two small folders in memory."""
    return [
        *(program, "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--clearenv"),
        *("--cap-drop", "ALL", "--hostname", "sandbox", "--uid", "65534", "--gid", "65534", "--disable-userns"),
        *("--proc", "/proc", "--dev", "/dev", "--size", str(FILE), "--tmpfs", "/tmp"),  # noqa: S108
        *(part for folder in _seen() for part in ("--ro-bind", folder, folder)),
        *(part for name in ("lib", "lib64", "bin") for part in _link(name)),
        *("--size", str(FILE), "--tmpfs", "/sandbox", "--ro-bind", str(code), "/sandbox/main.py"),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--seccomp", str(filter)),
        *("--setenv", "HOME", "/sandbox", "--setenv", "LANG", "C.UTF-8", "--setenv", "PYTHONDONTWRITEBYTECODE", "1"),
        *("--chdir", "/sandbox", "--", str(_python()), "-I", "-S", "-c", START),
    ]


def _python() -> Path:
    """The interpreter itself, not that of a virtual environment, whose packages are none of the sandbox's business."""
    return Path(getattr(sys, "_base_executable", sys.executable)).resolve()


def _seen() -> Iterator[str]:
    """The folders that Python needs to start: its own and the system's libraries."""
    own = [str(_python()), sysconfig.get_path("stdlib"), *_libpython()]
    for folder in dict.fromkeys(["/usr/lib", "/usr/lib64", *own]):
        if os.path.exists(folder) and not os.path.islink(folder):
            yield folder
    if os.path.exists("/etc/ld.so.cache"):
        yield "/etc/ld.so.cache"


def _libpython() -> list[str]:
    """The folder of the shared library, where Python is built with one."""
    name, folder = sysconfig.get_config_var("LDLIBRARY"), sysconfig.get_config_var("LIBDIR")
    return [folder] if name and folder and name.endswith((".so", ".dylib")) and folder != "/usr/lib" else []


def _link(name: str) -> list[str]:
    """`/lib` and the like as this machine has them: a link into /usr, or a folder."""
    place = f"/{name}"
    if os.path.islink(place):
        return ["--symlink", os.readlink(place), place]
    return ["--ro-bind", place, place] if os.path.isdir(place) and name != "bin" else []


def _shown(output: bytes) -> str:
    text = output.decode("utf-8", "replace").strip()
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}\n[The rest is left out: {len(text) - SHOWN} characters.]"


TOOL = BuiltIn(
    "python",
    "Python sandbox",
    "Runs short Python programs in a sandbox without network.",
    [
        Task(
            Offer(
                "run_python",
                "Run a short Python program (standard library only, no network) and read what it prints. 執行程式",
                parameters(["code"], code=text("The program; it prints its result", minLength=1, maxLength=20_000)),
                title="Run Python",
                writes=False,
                enabled=False,
            ),
            run,
        )
    ],
)
