"""`manage.py doctor`: what is wrong and how to mend it, a line for each check, while Quarry runs or is stopped."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from quarry import valkey
from quarry.embedded import Place, lock
from quarry.embedded.doctor import Finding, State, examine, machine, models, services
from quarry.embedded.doctor.findings import FURTHER, NAMES, Check, bad, good, idle
from quarry.embedded.terminal import say
from quarry.embedded.web_socket import host_header

EXTENSIONS = ("vector",)


class Command(BaseCommand):
    help = "Says what is wrong with this installation and how to mend it; exit code 1 if anything is."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found: list[Finding] = []
        for finding in findings():
            found.append(finding)
            if not options["json"]:
                say(finding.line())
        wrong = sum(finding.state is State.BAD for finding in found)
        if options["json"]:
            print(json.dumps({"ok": not wrong, "findings": [finding.facts() for finding in found]}, indent=1))
        else:
            say(f"\n{wrong} {NAMES[State.BAD]}" if wrong else "\neverything is in order", "bold")
        sys.exit(1 if wrong else 0)


def findings() -> Iterator[Finding]:
    """All findings. The servers of a stopped Quarry are started for the checks that need them."""
    home = settings.QUARRY_HOME
    facts = lock.running(home)
    yield from examine(_machine_checks())
    yield from examine([("Quarry", partial(services.quarry, facts)), ("port", partial(services.port, facts))])
    if facts is not None:
        yield from examine(
            [("parts", partial(services.parts, facts, host_header(settings.ALLOWED_HOSTS))), *_database_checks()]
        )
        return
    yield from examine([("services", _stopped)])


def _machine_checks() -> list[tuple[str, Check]]:
    home = settings.QUARRY_HOME
    return [
        ("Python", machine.python),
        ("packages", machine.packages),
        ("compiler", machine.compiler),
        ("front end", machine.front_end),
        ("llama.cpp", models.library),
        ("models", models.models),
        ("disk space", partial(machine.space, home, settings.QUARRY_MODELS)),
        ("memory", machine.memory),
        ("data folder", partial(machine.files, home)),
        ("database files", partial(services.leftovers, home)),
        ("clock", partial(machine.clock, home)),
        ("server programs", lambda: services.server_programs(Place.of(home))),
    ]


def _stopped() -> Iterator[Finding]:
    with services.for_a_moment(Place.of(settings.QUARRY_HOME)) as why_not:
        if why_not:
            yield idle("database", why_not)
            return
        yield from examine(_database_checks())


def _database_checks() -> list[tuple[str, Check]]:
    return [("database", _database), ("migrations", _migrations), ("Valkey", _valkey), *FURTHER]


def _database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
        cursor.execute(
            "SELECT name, installed_version FROM pg_available_extensions WHERE name = ANY(%s)", [[*EXTENSIONS]]
        )
        installed = dict(cursor.fetchall())
    missing = [name for name in EXTENSIONS if not installed.get(name)]
    if missing:
        remedy = "start Quarry, which installs them; `vector` needs a database administrator: CREATE EXTENSION vector"
        yield bad("database", f"PostgreSQL {version} lacks the extensions {', '.join(missing)}", remedy)
    else:
        yield good("database", f"PostgreSQL {version}, pgvector {installed['vector']}")


def _migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        yield bad("migrations", f"{len(waiting)} are not applied", "start Quarry, which applies them")
    else:
        yield good("migrations", "the database is up to date")


def _valkey() -> Iterator[Finding]:
    info = valkey.client().info()
    version = info.get("valkey_version") or info["redis_version"]
    if info["maxmemory"] and info["maxmemory_policy"] != "noeviction":
        remedy = "set maxmemory-policy noeviction: anything else loses queued work"
        yield bad("Valkey", f"{version} throws data away when it is full ({info['maxmemory_policy']})", remedy)
    else:
        yield good("Valkey", f"{version}, {info['used_memory_human']} used")
