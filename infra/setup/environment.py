"""The Python environment `.venv`: made from the Python that runs this, with the versions of constraints.txt."""

import shutil
import sys
import sysconfig
import tomllib
from pathlib import Path

from work import PYTHON, ROOT, VENV, Job, Stamp, Trouble, capture, digest, python_version, say, together

CONSTRAINTS = ROOT / "infra" / "constraints.txt"
PROJECT = ROOT / "pyproject.toml"


def prepare(dev: bool = False) -> None:
    """Makes the environment and installs what is missing; with `dev` also the tools for tests."""
    _make()
    _make_source_importable()
    # PyTorch first and by itself: the others would else choose a build of it by themselves.
    torch = next(name for name in _dependencies() if name.startswith("torch=="))
    _install("packages", [[torch], _dependencies()], "some hundred megabytes; takes minutes")
    if dev:
        _install("test tools", [_project()["optional-dependencies"]["dev"]], "about a minute")


def _make() -> None:
    found = capture([PYTHON, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
    if found == python_version():
        return
    if VENV.exists():
        say(f".venv is for Python {found or '(gone)'}, this is {python_version()}: making it again")
        shutil.rmtree(VENV)
    if not _has_ensurepip():
        raise Trouble(
            f"this Python cannot make environments. On Debian or Ubuntu: apt install python{python_version()}-venv"
        )
    together([Job("Python environment", [[sys.executable, "-m", "venv", VENV]])])


def _has_ensurepip() -> bool:
    return capture([sys.executable, "-c", "import ensurepip, venv"]) is not None


def _make_source_importable() -> None:
    """`quarry`, `apps`, ... are imported from this checkout, as by an editable install, but without building one."""
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV), "platbase": str(VENV)}))
    lines = f"{ROOT / 'platform'}\n{ROOT}\n"
    file = site / "quarry-source.pth"
    if not file.exists() or file.read_text() != lines:
        file.write_text(lines)


def _install(title: str, groups: list[list[str]], expect: str) -> None:
    words = [name for group in groups for name in group]
    stamp = Stamp(VENV / f".quarry-{title.replace(' ', '-')}", digest([CONSTRAINTS], python_version(), *words))
    if stamp.fresh():
        return
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off", "-c", CONSTRAINTS]
    together([Job(title, [[*pip, *group] for group in groups], expect, stamp)])


def _project() -> dict:
    return tomllib.loads(PROJECT.read_text())["project"]


def _dependencies() -> list[str]:
    return _project()["dependencies"]
