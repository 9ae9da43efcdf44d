"""Where the embedded servers keep their data, sockets and programs, for one data folder (QUARRY_HOME).

Normally all of it lies inside QUARRY_HOME. Two things can forbid that: a socket path longer than the kernel allows,
and, as root, a folder which the servers' account cannot enter. Then another folder is used and recorded in
QUARRY_HOME/embedded.json, so that every process of this installation finds it.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from .accounts import Account, current_account, give, reaches, service_account

RECORD = "embedded.json"
SOCKET_PATH_LIMIT = 107
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"
# Only for root, and only when the servers' account cannot reach QUARRY_HOME.
SYSTEM_DATA = Path("/var/lib/quarry")
ROLE = DATABASE = "quarry"


class ServiceFault(RuntimeError):
    """A server could not be started or stopped; the text says why and what to do."""


class Addresses(NamedTuple):
    """Where the servers listen: `database` for libpq and DATABASE_URL, `redis` for redis-py and REDIS_URL."""

    database: str
    redis: str


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of one installation's servers. `of` reads, `prepare` makes them and records what is unusual."""

    home: Path
    data: Path
    sockets: Path
    account: Account

    @classmethod
    def of(cls, home: Path) -> Place:
        """The place as recorded by the last start, else as the next start would choose it."""
        home = home.expanduser().resolve()
        record = _read_record(home)
        data = Path(record.get("data") or _choose_data(home))
        sockets = Path(record.get("sockets") or _choose_sockets(home, data))
        return cls(home, data, sockets, service_account(data / "postgres"))

    @classmethod
    def make(cls, home: Path) -> Place:
        """The place with all its folders made; call it before the servers start."""
        make_home(home)
        place = cls.of(home)
        place.prepare()
        return place

    @property
    def postgres_data(self) -> Path:
        return self.data / "postgres"

    @property
    def valkey_data(self) -> Path:
        return self.data / "valkey"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def marks(self) -> Path:
        """What our own processes note; mostly the folder of the sockets too."""
        return self.home / "run"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / VALKEY_SOCKET

    @property
    def addresses(self) -> Addresses:
        host = quote(str(self.sockets), safe="/")
        database = f"postgresql://{ROLE}@/{DATABASE}?host={host}"
        return Addresses(database, f"unix://{quote(str(self.valkey_socket), safe='/')}")

    def prepare(self) -> None:
        """Makes the folders, private to the servers' account, and records those outside QUARRY_HOME."""
        self.logs.mkdir(parents=True, exist_ok=True)
        if self.data != self.home:
            self.data.mkdir(parents=True, exist_ok=True)
            for folder in (SYSTEM_DATA, self.data):
                folder.chmod(0o711)
        _make_sockets(self.sockets, self.account)
        self.marks.mkdir(exist_ok=True)
        unusual = {"data": str(self.data)} if self.data != self.home else {}
        if self.sockets != self.data / "run":
            unusual["sockets"] = str(self.sockets)
        _write_record(self.home, unusual)


def make_home(home: Path) -> None:
    """Makes QUARRY_HOME. Others may pass through it (as root, the servers' account must) but not list it."""
    if not home.exists():
        home.mkdir(parents=True)
        home.chmod(0o711)


def _choose_data(home: Path) -> Path:
    account = service_account(home / "postgres")
    return home if reaches(account, home / "postgres") else SYSTEM_DATA / _short_name(home)


def _choose_sockets(home: Path, data: Path) -> Path:
    usual = data / "run"
    if len(os.fsencode(usual / POSTGRES_SOCKET)) <= SOCKET_PATH_LIMIT:
        return usual
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.geteuid() != 0 and os.access(runtime, os.W_OK):
        return Path(runtime) / f"quarry-{_short_name(home)}"
    return Path("/tmp") / f"quarry-{os.geteuid()}-{_short_name(home)}"  # noqa: S108 - ownership is checked


def _short_name(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:12]


def _make_sockets(folder: Path, account: Account) -> None:
    """In a shared folder such as /tmp somebody else may have been there first: then refuse, never adopt."""
    try:
        facts = folder.lstat()
    except FileNotFoundError:
        folder.mkdir(parents=True, mode=0o700)
    else:
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid not in {account.uid, current_account().uid}:
            raise ServiceFault(f"{folder} belongs to somebody else; remove it or choose a shorter QUARRY_HOME")
    give(folder, account)


def _read_record(home: Path) -> dict[str, str]:
    try:
        record = json.loads((home / RECORD).read_text())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (ValueError, OSError) as fault:
        raise ServiceFault(f"{home / RECORD} cannot be read: {fault}") from fault
    return record if isinstance(record, dict) else {}


def _write_record(home: Path, record: dict[str, str]) -> None:
    path = home / RECORD
    if not record:
        path.unlink(missing_ok=True)
        return
    half = path.with_suffix(".new")
    half.write_text(json.dumps(record, indent=1) + "\n")
    half.replace(path)
