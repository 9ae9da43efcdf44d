"""A database as a company has one: a role that may read one schema, and things in it that nobody should see."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psycopg
import pytest
from django.db import connection
from quarry.embedded.postgres import SUPERUSER

from agents.models import Run
from agents.tools import kinds
from agents.tools.models import Operation, Tool
from agents.tools.types import Context, Result
from apps.accounts.models import User

NAME, READER, OWNER = "quarry_sql_tests", "quarry_sql_reader", "quarry_sql_owner"
TABLES = """
CREATE SCHEMA hr; CREATE SCHEMA secret;
CREATE TYPE hr.status AS ENUM ('open', 'done');
CREATE TABLE hr.employee (id int PRIMARY KEY, name text NOT NULL, joined date);
COMMENT ON TABLE hr.employee IS 'People who work here';
CREATE TABLE hr.leave (
    id serial PRIMARY KEY, employee int NOT NULL REFERENCES hr.employee, days numeric(4, 1) NOT NULL, starts date,
    status hr.status NOT NULL DEFAULT 'open', note text, facts jsonb, at timestamptz DEFAULT '2026-01-02 03:04:05+00'
);
COMMENT ON COLUMN hr.leave.days IS 'Working days';
CREATE TABLE hr.salary (id int, amount int); INSERT INTO hr.salary VALUES (1, 999999);
CREATE TABLE secret.plans (id int, plan text);
CREATE VIEW hr.people AS SELECT e.name, s.amount > 100 AS senior FROM hr.employee e JOIN hr.salary s ON s.id = e.id;
CREATE FUNCTION hr.leak() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT max(amount) FROM hr.salary';
CREATE FUNCTION hr.generate_series(int, int) RETURNS SETOF int LANGUAGE sql SECURITY DEFINER
    AS 'SELECT amount FROM hr.salary';
INSERT INTO hr.employee VALUES (1, '王小明', '2020-03-01'), (2, 'Emma', '2021-05-01');
INSERT INTO hr.leave (employee, days, starts, note)
    VALUES (1, 3, '2026-02-01', 'a' || chr(10) || 'b'), (1, 2.5, '2026-03-01', repeat('x', 5000)), (2, 1, NULL, NULL);
GRANT USAGE ON SCHEMA hr, secret TO {reader};
GRANT SELECT ON hr.employee, hr.leave, hr.people, hr.salary, secret.plans TO {reader};
"""


def administer(database: str = "postgres") -> psycopg.Connection[Any]:
    """As the owner of the server, which the tests started."""
    settings = connection.settings_dict
    return psycopg.connect(
        host=settings["HOST"] or None,
        port=settings["PORT"] or 5432,
        user=SUPERUSER,
        dbname=database,
        autocommit=True,
    )


@pytest.fixture(scope="package")
def database(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """The database's settings, as an administrator would type them."""
    with administer() as server:
        _drop(server)
        for role in (READER, OWNER):
            server.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'a-long-password'")
        server.execute(f"CREATE DATABASE {NAME} OWNER {OWNER}")
    with administer(NAME) as made:
        made.execute(TABLES.format(reader=READER))
    settings = connection.settings_dict
    yield {
        "host": settings["HOST"],
        "port": int(settings["PORT"] or 5432),
        "database": NAME,
        "user": READER,
        "schemas": ["hr"],
        "tables": ["hr.employee", "hr.leave", "hr.people"],
    }
    with administer() as server:
        _drop(server)


def _drop(server: psycopg.Connection[Any]) -> None:
    server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    for role in (READER, OWNER):
        server.execute(f"DROP ROLE IF EXISTS {role}")


Add = Callable[..., Tool]
Call = Callable[..., Result]


@pytest.fixture
def add(administrator: User, database: dict[str, Any]) -> Add:
    """A tool over the database, with its operations."""

    def make(egress: tuple[str, ...] = (), **settings: Any) -> Tool:
        kind = kinds.get("sql")
        assert kind is not None
        config = kind.check({**database, **settings})
        tool = Tool(slug="hr-data", name="HR data", kind="sql", config=config, egress=list(egress))
        offers = kind.offers(tool)
        tool.save()
        for offer in offers:
            Operation.objects.create(
                tool=tool,
                name=offer.name,
                function=f"hr_{offer.name}",
                description=offer.description,
                parameters=dict(offer.parameters),
                writes=offer.writes,
            )
        return tool

    return make


@pytest.fixture
def call(employee: User) -> Call:
    """Calls an operation as the loop does."""

    def make(
        tool: Tool, name: str, seconds: float = 20, cancelled: Callable[[], bool] = bool, **arguments: Any
    ) -> Result:
        from agents.tools import calling, registry

        function = registry.function(tool.operations.select_related("tool").get(name=name))
        context = Context(employee, Run(person=employee), None, "en", cancelled, time.monotonic() + seconds)
        return calling.call(function, context, arguments)

    return make


@pytest.fixture
def tcp(database: Mapping[str, Any]) -> Iterator[int]:
    """The server on a port of this machine: the tests' own listens on a socket only."""
    import socket

    door, ends = socket.create_server(("127.0.0.1", 0)), list[socket.socket]()

    def pump(one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        finally:
            one.close()
            other.close()

    def serve() -> None:
        while True:
            try:
                near, _ = door.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(f"{database['host']}/.s.PGSQL.{database['port']}")
            ends.extend((near, far))
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=pump, args=(one, other), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield door.getsockname()[1]
    door.close()
    for end in ends:
        end.close()
