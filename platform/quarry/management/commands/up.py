"""`manage.py up`: all of Quarry in one process tree, behind `make run`."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.management.sql import emit_post_migrate_signal
from django.db import DatabaseError, OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from quarry.embedded import ServiceFault
from quarry.embedded.lock import AlreadyRunning
from quarry.embedded.once import Once
from quarry.embedded.supervisor import Plan, Supervisor
from quarry.embedded.terminal import Stopwatch, say
from quarry.embedded.web_socket import NoAddress, host_header

DATABASE_PATIENCE = 30.0


class Command(BaseCommand):
    help = "Starts everything: database, Valkey, web server, workers and clock. Ctrl-C stops it."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        say(f"Quarry {settings.QUARRY_VERSION}, data in {settings.QUARRY_HOME}", "bold")
        if not (settings.FRONTEND_DIST / "index.html").is_file():
            say("the pages are not built, so only the API answers; `make setup` builds them", "warn")
        try:
            supervisor = Supervisor(_plan())
        except (AlreadyRunning, NoAddress, ServiceFault, OSError) as fault:
            raise CommandError(str(fault)) from fault
        sys.exit(supervisor.run())


def _plan() -> Plan:
    return Plan(
        home=settings.QUARRY_HOME,
        prepare=prepare,
        once=[] if os.environ.get("QUARRY_SAMPLES") == "0" else [_samples()],
        host_header=host_header(settings.ALLOWED_HOSTS),
        own_database=not os.environ.get("DATABASE_URL"),
        own_valkey=not os.environ.get("REDIS_URL"),
    )


def _samples() -> Once:
    doing = "the sample collection is being read in the background"
    return Once("samples", ["load_samples", "--wait"], doing, "the sample collection is ready")


def prepare() -> list[str]:
    """Brings the database up to date and makes the first administrator; returns what the person must read."""
    try:
        _wait_for_database()
        _migrate()
        return _first_sign_in()
    except DatabaseError as fault:
        raise ServiceFault(f"the database could not be brought up to date: {fault}") from fault
    finally:
        # The supervisor forks: it must hold neither a connection nor the pool's threads while it does.
        connections.close_all()
        connection.close_pool()  # type: ignore[attr-defined]


def _wait_for_database() -> None:
    deadline = time.monotonic() + DATABASE_PATIENCE
    while True:
        try:
            return connection.ensure_connection()
        except OperationalError as fault:
            if time.monotonic() > deadline:
                raise ServiceFault(f"the database does not answer: {fault}") from fault
            time.sleep(0.5)


def _migrate() -> None:
    clock = Stopwatch()
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not waiting:
        # An update without a migration has new words for its tools and ready-made assistants all the same.
        emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)
        return
    say(f"bringing the database up to date ({waiting} migrations)", "dim")
    call_command("migrate", interactive=False, verbosity=0)
    say(f"database up to date ({clock})", "good")


def _first_sign_in() -> list[str]:
    from apps.accounts.actions import ensure_first_administrator

    made = ensure_first_administrator(
        os.environ.get("QUARRY_ADMIN_EMAIL") or None, os.environ.get("QUARRY_ADMIN_PASSWORD") or None
    )
    if made is None:
        return []
    email, password = made
    if password is None:
        return [f"First sign-in: {email} with the password from QUARRY_ADMIN_PASSWORD"]
    return [f"First sign-in: {email}   password: {password}   (shown this once; change it after signing in)"]
