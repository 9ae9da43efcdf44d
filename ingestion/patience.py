"""Waiting out a restart of PostgreSQL, Valkey or the embedding worker, instead of losing work over it."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import redis.exceptions
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from kombu.exceptions import OperationalError as BrokerError
from quarry.runtime import EngineBusy, ModelUnavailable

logger = logging.getLogger(__name__)
OUTAGES = (
    OperationalError,
    InterfaceError,
    BrokerError,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    ConnectionError,
    EngineBusy,
    ModelUnavailable,
)
PATIENCE_SECONDS = 300.0
_LONGEST_PAUSE = 5.0
Result = TypeVar("Result")


def patiently(work: Callable[[], Result], stop: threading.Event) -> Result:
    """Does `work` again, after ever longer pauses, while what it needs is out of order. `stop` ends the waiting."""
    deadline, pause = time.monotonic() + PATIENCE_SECONDS, 0.2
    while True:
        try:
            return work()
        except OUTAGES as error:
            if time.monotonic() + pause > deadline or stop.is_set():
                raise
            logger.warning("Waiting %.1f s: %s", pause, error)
            forget_broken_connection()
        stop.wait(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def forget_broken_connection() -> None:
    """Drops this thread's connection if the server is gone; the next query opens a new one."""
    try:
        connection.close_if_unusable_or_obsolete()
    except DatabaseError as error:
        logger.debug("Closing a broken connection: %s", error)
