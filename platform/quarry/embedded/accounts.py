"""Which operating system account runs the servers, and what that account can reach.

PostgreSQL refuses to run as root. As root, both servers run as another existing account, and folders which it
cannot reach are replaced by folders which it can (see `place`).
"""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

SERVICE_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """An account of this machine. `other` says that it is not the one that this process runs as."""

    name: str
    uid: int
    gid: int
    other: bool


def current_account() -> Account:
    """The account of this process; it needs no entry in the account database (containers often lack one)."""
    uid = os.geteuid()
    return Account(_name(uid), uid, os.getegid(), other=False)


def service_account(data: Path) -> Account:
    """The account for the servers: ourselves, or as root the owner of existing data, else `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return current_account()
    owner = _owner(data)
    if owner:
        return owner
    for name in SERVICE_ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid, other=True)
    raise LookupError(f"running as root needs one of the accounts {', '.join(SERVICE_ACCOUNTS)}; neither exists here")


def reaches(account: Account, path: Path) -> bool:
    """Whether the account may enter every folder on the way to `path`, and read `path` where it exists."""
    if not account.other:
        return True
    path = path.resolve()
    existing = [folder for folder in path.parents if folder.exists()]
    if not all(_allowed(account, folder, 0o1) for folder in existing):
        return False
    return not path.exists() or _allowed(account, path, 0o5 if path.is_dir() else 0o4)


def give(path: Path, account: Account) -> None:
    """Makes `path` (a folder, created if need be) private to the account."""
    path.mkdir(parents=True, exist_ok=True)
    if account.other:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o700)


def _allowed(account: Account, path: Path, wanted: int) -> bool:
    facts = path.stat()
    if facts.st_uid == account.uid:
        wanted <<= 6
    elif facts.st_gid == account.gid:  # the servers are started with no other group
        wanted <<= 3
    return facts.st_mode & wanted == wanted


def _owner(data: Path) -> Account | None:
    try:
        facts = data.stat()
    except FileNotFoundError:
        return None
    return Account(_name(facts.st_uid), facts.st_uid, _primary_group(facts), other=True) if facts.st_uid else None


def _primary_group(facts: os.stat_result) -> int:
    try:
        return pwd.getpwuid(facts.st_uid).pw_gid
    except KeyError:
        return facts.st_gid


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
