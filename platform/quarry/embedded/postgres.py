"""The embedded PostgreSQL: made once, started as a child, healthy when it answers, stopped cleanly."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from ..runtime import machine
from . import process, programs
from .accounts import give
from .place import DATABASE, ROLE, Place, ServiceFault

MIB = 1024 * 1024
SUPERUSER = "postgres"
# Left by a killed predecessor until its last backend is gone: then, and only then, trying again helps.
PREDECESSOR = re.compile(r"shared memory block .* is still in use|lock file \"\S+\" already exists")
PREDECESSOR_PATIENCE = 60.0
STOP_PATIENCE = 30.0


class Postgres:
    """One PostgreSQL server on a unix socket; `settings` override the tuned ones."""

    title = "PostgreSQL"

    def __init__(self, place: Place, settings: Mapping[str, str] | None = None) -> None:
        self.place = place
        self.log = place.logs / "postgresql.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._settings = {**tuned_settings(), **(settings or {})}

    def start(self, patience: float = 60.0) -> None:
        """Starts the server and waits until it answers; makes its data and the `quarry` database at first."""
        self._ensure_data()
        self._start_after_predecessor(patience)
        self._ensure_database()

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and self.process.poll() is None

    def healthy(self) -> bool:
        """Whether the server answers a query now."""
        try:
            with self._connect("postgres") as connection:
                connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def stop(self, force: bool = False, hurry: Callable[[], bool] = lambda: False) -> bool:
        """Stops the server; open connections are ended. True if it stopped in order."""
        if self.process is None or not self.running:
            return True
        how = signal.SIGQUIT if force else signal.SIGINT
        return process.stop(self.process, how, 5.0 if force else STOP_PATIENCE, hurry)

    def _start_after_predecessor(self, patience: float) -> None:
        deadline = time.monotonic() + PREDECESSOR_PATIENCE
        while True:
            mark = self.log.stat().st_size if self.log.exists() else 0
            self._spawn()
            if self._wait(patience):
                return
            said = _text_after(self.log, mark)
            if not PREDECESSOR.search(said) or time.monotonic() > deadline:
                raise ServiceFault(f"PostgreSQL did not start (see {self.log}):\n{process.tail(self.log)}")
            time.sleep(0.5)

    def _spawn(self) -> None:
        program = programs.postgres_programs(self.place.account) / "postgres"
        options = [f"--{name}={value}" for name, value in self._settings.items()]
        sockets = f'--unix_socket_directories="{self.place.sockets}"'
        self.process = process.spawn(
            [program, "-D", self.place.postgres_data, sockets, *options],
            log=self.log,
            environment=_environment(),
            account=self.place.account,
            parent_died=signal.SIGINT,
        )

    def _wait(self, patience: float) -> bool:
        """True when it answers, False when it ended; a server that does neither is an error."""
        assert self.process is not None  # noqa: S101 - called after _spawn
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return False
            if self.healthy():
                return True
            time.sleep(0.05)
        self.stop(force=True)
        raise ServiceFault(f"PostgreSQL did not answer within {patience:.0f} s (see {self.log})")

    def _ensure_data(self) -> None:
        version = self.place.postgres_data / "PG_VERSION"
        if not version.exists():
            return self._make_data()
        found, ours = version.read_text().strip(), "18"
        if found != ours:
            raise ServiceFault(f"{version.parent} was written by PostgreSQL {found}, this is PostgreSQL {ours}")
        return None

    def _make_data(self) -> None:
        """`initdb` into a folder beside, then one rename: half a cluster never counts as one."""
        half = self.place.data / "postgres.half"
        subprocess.run(["rm", "-rf", str(half)], check=True)
        give(half, self.place.account)
        mark = self.log.stat().st_size if self.log.exists() else 0
        program = programs.postgres_programs(self.place.account) / "initdb"
        command: list[str | Path] = [program, "-D", half, "-U", SUPERUSER]
        command += ["-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--auth=trust", "--no-instructions"]
        child = process.spawn(command, log=self.log, environment=_environment(), account=self.place.account)
        if child.wait() != 0:
            raise ServiceFault(f"PostgreSQL could not make its data folder:\n{_text_after(self.log, mark)}")
        half.rename(self.place.postgres_data)

    def _ensure_database(self) -> None:
        """The product's role is no superuser. `vector` is not a trusted extension, so it is put into the template."""
        with self._connect("postgres") as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(ROLE)))
            with self._connect("template1") as template:
                template.execute("CREATE EXTENSION IF NOT EXISTS vector")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                command = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(command.format(sql.Identifier(DATABASE), sql.Identifier(ROLE)))

    def _connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.place.sockets), dbname=database, user=SUPERUSER, autocommit=True, connect_timeout=5
        )


def tuned_settings() -> dict[str, str]:
    """Moderate settings for this machine: most of its memory belongs to the models."""
    memory = machine.total_memory() // MIB
    return {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{_between(128, memory // 32, 1024)}MB",
        "effective_cache_size": f"{_between(256, memory // 4, 16384)}MB",
        "maintenance_work_mem": f"{_between(64, memory // 64, 512)}MB",
        "work_mem": "16MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "pglz",
        "random_page_cost": "1.1",
        "jit": "off",
        "dynamic_shared_memory_type": "posix" if _shared_memory() >= 1024 else "mmap",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] ",
    }


def _between(low: int, value: int, high: int) -> int:
    return max(low, min(value, high))


def _shared_memory() -> int:
    """MiB of /dev/shm: 64 in a default container, where a parallel index build would fail."""
    try:
        facts = os.statvfs("/dev/shm")  # noqa: S108 - asked for its size only
    except OSError:
        return 0
    return facts.f_blocks * facts.f_frsize // MIB


def _environment() -> dict[str, str]:
    """Nothing of ours: PGDATA, PGHOST or a locale of the person who types must not reach the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _text_after(log: Path, mark: int) -> str:
    with log.open("rb") as file:
        file.seek(mark)
        return file.read().decode(errors="replace")
