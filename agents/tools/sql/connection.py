"""The connection to a database: to the address that was checked, as a role that can only read, for a while."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import certifi
import psycopg
from quarry import egress

from agents.tools import access
from agents.tools.models import Tool
from agents.tools.types import ToolError

NOWHERE = "/nonexistent"  # a file of passwords that is not there
CONNECT_SECONDS, POLL, LOCK_SECONDS = 5, 0.1, 2
UNREACHABLE = "The database of this tool cannot be reached now. Go on without it, and say so."
SETTINGS = """
SET LOCAL search_path = '';
SET LOCAL statement_timeout = {milliseconds};
SET LOCAL lock_timeout = '{lock}s';
SET LOCAL idle_in_transaction_session_timeout = '60s';
SET LOCAL standard_conforming_strings = on;
SET LOCAL DateStyle = 'ISO, YMD';
SET LOCAL IntervalStyle = 'postgres';
"""


class Unreachable(ToolError):
    """No connection. `why` is for the administrator, who may know the address; the error's text is for the model."""

    def __init__(self, why: str) -> None:
        super().__init__(UNREACHABLE)
        self.why = why


@contextmanager
def reading(tool: Tool, deadline: float, cancelled: Callable[[], bool]) -> Iterator[psycopg.Connection[Any]]:
    """A connection within a transaction that can only read, which ends by the deadline and when somebody cancels."""
    with _opened(tool, deadline) as connection:
        left = max(1, int((deadline - time.monotonic()) * 1000))
        connection.execute(SETTINGS.format(milliseconds=left, lock=LOCK_SECONDS))
        with _interruptible(connection, deadline, cancelled):
            yield connection


@contextmanager
def _opened(tool: Tool, deadline: float) -> Iterator[psycopg.Connection[Any]]:
    connection = _connected(tool, deadline)
    try:
        if connection.info.parameter_status("is_superuser") == "on":
            raise Unreachable("This role is a superuser. Give a role that can only read.")
        connection.read_only = True
        yield connection
    finally:
        with suppress(psycopg.Error):
            connection.rollback()
        connection.close()


def _connected(tool: Tool, deadline: float) -> psycopg.Connection[Any]:
    """To the first of the addresses that answers; each of them was checked, and no name is resolved again."""
    config, why = tool.config, "no address"
    password = access.secret(tool)
    with _authority(config.get("ca", "")) as ca:
        for address in _addresses(tool):
            left = min(CONNECT_SECONDS, deadline - time.monotonic())
            try:
                return psycopg.connect(**_parameters(tool, address, password, ca), connect_timeout=max(2, int(left)))
            except psycopg.Error as error:
                why = " ".join(str(error).split()).replace(password or "\x00", "•••")[:400]
    raise Unreachable(f"The database cannot be reached: {why}")


def _addresses(tool: Tool) -> list[str]:
    """What the tool's host leads to; nothing for a socket, which the administrator has named."""
    if local(tool.config):
        return [""]
    host = str(tool.config["host"])
    policy = egress.Policy(frozenset({address(tool.config)}), allow_private=private(tool))
    try:
        return egress.check(host, int(tool.config["port"]), policy)
    except egress.EgressError as error:
        raise Unreachable(str(error)) from None


def address(config: Mapping[str, Any]) -> str:
    """`host:port`, as a tool's egress names it."""
    return f"{str(config['host']).rstrip('.').lower()}:{config['port']}"


def local(config: Mapping[str, Any]) -> bool:
    """Whether the host is the folder of a socket."""
    return str(config["host"]).startswith("/")


def private(tool: Tool) -> bool:
    return address(tool.config) in access.own_network(tool)


def _parameters(tool: Tool, address: str, password: str, ca: str) -> dict[str, Any]:
    """All that libpq would otherwise take from our environment is said."""
    config = tool.config
    # Outside of the own network nobody else may read along or answer in the database's name.
    mode = config.get("sslmode") or ("prefer" if local(config) or private(tool) else "verify-full")
    found = {"host": config["host"], "hostaddr": address or None, "port": config["port"], "sslmode": mode}
    found |= {"dbname": config["database"], "user": config["user"], "password": password or None}
    found |= {"sslrootcert": ca if mode.startswith("verify") else None, "gssencmode": "disable"}
    return found | {"application_name": "quarry", "client_encoding": "utf8", "passfile": NOWHERE, "options": ""}


@contextmanager
def _authority(pem: str) -> Iterator[str]:
    """The file of the authorities that are trusted."""
    if not pem:
        yield certifi.where()
        return
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(pem)
        file.flush()
        yield file.name


@contextmanager
def _interruptible(
    connection: psycopg.Connection[Any], deadline: float, cancelled: Callable[[], bool]
) -> Iterator[None]:
    """Ends what runs when nobody waits for it any more: the calling thread only waits for the database."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(POLL):
            if cancelled() or time.monotonic() > deadline:
                with suppress(psycopg.Error):
                    connection.cancel_safe(timeout=2)
                return

    thread = threading.Thread(target=watch, name="sql-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
