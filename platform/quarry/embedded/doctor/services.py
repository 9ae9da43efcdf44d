"""The embedded servers and the processes: asked as they run, or started for a moment while Quarry is stopped."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .. import lock, programs, web_socket
from ..place import Place
from ..postgres import Postgres
from ..readiness import LABELS, Readiness
from ..valkey import Valkey
from .findings import Finding, bad, good, idle


def quarry(facts: Mapping[str, Any] | None) -> Iterator[Finding]:
    """Whether a supervisor runs on this folder."""
    if facts is None:
        yield idle("Quarry", "is stopped; `make run` starts it")
    else:
        yield good("Quarry", f"runs as process {facts.get('pid', '?')} at {facts.get('address', '?')}")


def port(facts: Mapping[str, Any] | None) -> Iterator[Finding]:
    """Stopped: could the web server have its address? Running: it has."""
    if facts is not None:
        return
    try:
        found, note = web_socket.bind()
    except web_socket.NoAddress as fault:
        yield bad("port", str(fault), "set QUARRY_PORT, or end the other program")
        return
    with found:
        yield good("port", note or f"{web_socket.address(found)} is free")


def server_programs(place: Place) -> Iterator[Finding]:
    """The wheels' programs run here at all."""
    account = place.account
    for title, program in {
        "PostgreSQL program": programs.postgres_programs(account) / "postgres",
        "Valkey program": programs.valkey_program(account),
    }.items():
        try:
            done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=True)
        except (OSError, subprocess.SubprocessError) as fault:
            yield bad(title, f"does not run: {fault}", "run `make setup`; if it stays, this system's libc is too old")
        else:
            yield good(title, done.stdout.strip())


def parts(facts: Mapping[str, Any], host_header: str) -> Iterator[Finding]:
    """What the running web server says of its parts."""
    host, _, number = str(facts.get("address", "")).rpartition("//")[2].rpartition(":")
    status, found = Readiness(host.strip("[]"), int(number or 0), host_header).ask()
    if not found:
        yield bad("web server", f"does not answer (status {status})", "see logs/web.log in the data folder")
    for part in found:
        name = f"{LABELS.get(part['name'], part['name'])} ({part['name']})"
        if part["status"] == "ok":
            yield good(name, part["detail"])
        else:
            yield bad(name, f"{part['status']}: {part['detail']}", f"see logs/{part['name']}.log in the data folder")


@contextmanager
def for_a_moment(place: Place) -> Iterator[str]:
    """Starts the stopped servers for the other checks; yields why they could not be started, or nothing."""
    if not (place.postgres_data / "PG_VERSION").exists():
        yield "there is no database yet; the first start makes it"
        return
    held = lock.HomeLock(place.home)
    place.prepare()
    servers: list[Postgres | Valkey] = [] if os.environ.get("DATABASE_URL") else [Postgres(place)]
    servers += [] if os.environ.get("REDIS_URL") else [Valkey(place)]
    try:
        for server in servers:
            server.start()
        yield ""
    finally:
        for server in reversed(servers):
            with suppress(OSError):
                server.stop()
        held.release()


def leftovers(home: Path) -> Iterator[Finding]:
    """Embedded data that lies outside the data folder, so that nobody forgets it in a backup."""
    place = Place.of(home)
    if place.data != place.home:
        yield good("database files", f"in {place.data}, because account {place.account.name} cannot enter {home}")
