"""IBM Cloud's tokens: an API key is exchanged for one, which is kept until shortly before it expires."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from quarry import egress

from ..types import InvalidRequest
from . import reading
from .faults import Unanswered
from .line import Line

GRANT = "urn:ibm:params:oauth:grant-type:apikey"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
EARLY = 60.0  # seconds before the end in which a token is no longer used: a request takes its time

_tokens: dict[str, tuple[str, float]] = {}
_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


def token(line: Line) -> str:
    """A token that is still valid. One exchange at a time for a key: the others take what it brought."""
    key = _key(line)
    with _held(_locks[key], line):
        found, until = _tokens.get(key, ("", 0.0))
        if time.time() >= until:
            found, until = _exchange(line)
            _tokens[key] = found, until
    return found


def forget(line: Line) -> bool:
    """For a token that the service no longer accepts, whatever was said about its end. False where there is none."""
    return _tokens.pop(_key(line), None) is not None


@contextmanager
def _held(lock: threading.Lock, line: Line) -> Iterator[None]:
    """The lock, waited for no longer than the caller waits."""
    while not lock.acquire(timeout=egress.SLICE):
        line.watch("connect")
    try:
        yield
    finally:
        lock.release()


def _key(line: Line) -> str:
    """A digest, so that the key itself is kept in one place only."""
    text = f"{line.endpoint.option('iam_url')} {line.endpoint.secret}"
    return hashlib.sha256(text.encode()).hexdigest()


def _exchange(line: Line) -> tuple[str, float]:
    url = line.endpoint.option("iam_url").rstrip("/") + "/identity/token"
    content = urlencode({"grant_type": GRANT, "apikey": line.endpoint.secret}).encode()
    try:
        reply = line.fetch("POST", url, FORM, content).json()
    except InvalidRequest as fault:  # IBM's word for a key that does not exist
        raise Unanswered(f'The endpoint "{line.endpoint.slug}" does not accept the key: {fault}', status=401) from fault
    match reply:
        case {"access_token": str(found), "expires_in": int(seconds)}:
            return found, time.time() + max(seconds - EARLY, seconds / 2)
    raise reading.nonsense(line)
