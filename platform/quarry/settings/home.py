"""Where this installation keeps its data, and the secrets that live there."""

import contextlib
import os
import secrets
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]


def data_home() -> Path:
    """The data folder: `QUARRY_HOME`, else `var` beside `manage.py`."""
    return Path(os.environ.get("QUARRY_HOME") or REPOSITORY / "var").expanduser().resolve()


def secret(home: Path, name: str) -> str:
    """A random secret of this installation, made on first use and readable by its owner only."""
    path = home / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{name}.{os.getpid()}.{secrets.token_hex(4)}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # never replaces: of two first starts at once, one secret wins for both
        draft.unlink()
    return path.read_text().strip()
