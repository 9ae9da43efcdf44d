"""The flag that stops a run."""

import contextlib
import time
from collections.abc import Callable

from . import connection, stream

KEEP = 24 * 3600
INTERVAL = 0.05


def _key(run_id: stream.RunId) -> str:
    return f"run:{run_id}:cancel"


def request_cancel(run_id: stream.RunId) -> None:
    """Asks whoever works on the run to stop."""
    connection.client().set(_key(run_id), b"1", ex=KEEP)


def clear_cancel(run_id: stream.RunId) -> None:
    """Takes the request back."""
    connection.client().delete(_key(run_id))


def is_cancelled(run_id: stream.RunId) -> bool:
    """Whether the run was asked to stop. While Valkey is away nobody was."""
    with contextlib.suppress(*stream.LOST):
        return bool(connection.client().exists(_key(run_id)))
    return False


def cancel_check(run_id: stream.RunId, deadline: float | None = None) -> Callable[[], bool]:
    """`is_cancelled` for a loop that asks at every token: asks Valkey at most every `INTERVAL` seconds.

    It also says yes once `time.monotonic()` has passed `deadline`.
    """
    asked, answer = 0.0, False

    def check() -> bool:
        nonlocal asked, answer
        now = time.monotonic()
        if deadline is not None and now > deadline:
            return True
        if not answer and now - asked >= INTERVAL:
            asked, answer = now, is_cancelled(run_id)
        return answer

    return check
