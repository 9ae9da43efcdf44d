"""The database for a command that needs no workers: the running one, else the embedded one, for as long as it takes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from quarry.api.problem import OUTAGES
from quarry.embedded import Place, Postgres
from quarry.embedded.lock import AlreadyRunning, HomeLock
from quarry.embedded.place import POSTGRES_SOCKET, ServiceFault, make_home


@contextmanager
def database() -> Iterator[None]:
    """Leaves alone what runs; what is started here is stopped at the end."""
    if os.environ.get("DATABASE_URL") or _answers():
        yield
        return
    home = settings.QUARRY_HOME
    make_home(home)
    try:
        lock = HomeLock(home)
        postgres = Postgres(Place.make(home))
        postgres.start()
    except (AlreadyRunning, ServiceFault) as fault:
        raise CommandError(str(fault)) from None
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connection.close()
        postgres.stop()
        lock.release()


def _answers() -> bool:
    if not (Place.of(settings.QUARRY_HOME).sockets / POSTGRES_SOCKET).exists():
        return False  # a connection would be tried again and again
    try:
        connection.ensure_connection()
    except OUTAGES:
        connection.close()
        return False
    return True
