"""Writing events. A restart of Valkey delays a writer and never makes it lose or repeat an event."""

import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any, Self, cast

from . import connection, stream

PATIENCE = 60.0  # seconds that a writer waits for Valkey to come back
BATCH = 0.03  # seconds over which tokens are joined into one event


def publish(run_id: stream.RunId, kind: str, data: Mapping[str, Any], patience: float = PATIENCE) -> str:
    """Appends an event and returns its id; waits up to `patience` seconds for a Valkey that is away."""
    fields = stream.encode(kind, data, secrets.token_hex(8))
    give_up = time.monotonic() + patience
    pause, retried = 0.05, False
    while True:
        try:
            heard = _heard(run_id, fields["nonce"]) if retried else None
            return heard or _append(run_id, kind, fields)
        except stream.LOST:
            if time.monotonic() > give_up:
                raise
            retried = True
            time.sleep(pause)
            pause = min(pause * 2, 1.0)


def _append(run_id: stream.RunId, kind: str, fields: dict[Any, Any]) -> str:
    name = stream.key(run_id)
    with connection.client().pipeline(transaction=True) as pipe:
        pipe.xadd(name, fields, maxlen=stream.MAX_EVENTS, approximate=True)
        pipe.expire(name, stream.KEEP_ENDED if kind in stream.TERMINAL else stream.KEEP_OPEN)
        return cast(bytes, pipe.execute()[0]).decode()


def _heard(run_id: stream.RunId, nonce: str) -> str | None:
    """The id under which an earlier attempt was stored although its reply was lost."""
    recent = cast(list[Any], connection.client().xrevrange(stream.key(run_id), count=8))
    return next((number.decode() for number, fields in recent if fields[b"nonce"] == nonce.encode()), None)


class Publisher:
    """Publishes one run's events and joins its tokens over `BATCH` seconds, in order with everything else.

    Use it as a context manager; leaving it writes what is still held back.
    """

    def __init__(self, run_id: stream.RunId) -> None:
        self.run_id = run_id
        self._held: list[tuple[str, dict[str, Any]]] = []
        self._flushed = 0.0
        self._timer: threading.Timer | None = None
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()

    def publish(self, kind: str, data: Mapping[str, Any]) -> str:
        """Publishes an event, after the tokens that came before it."""
        with self._lock:
            self.flush()
            return publish(self.run_id, kind, data)

    def token(self, text: str) -> None:
        """Publishes a piece of the answer, at the latest `BATCH` seconds from now."""
        self.piece("token", {"text": text})

    def piece(self, kind: str, data: Mapping[str, Any]) -> None:
        """The same for any kind of text; what else is in `data` are lists, and `choice` where several answers are
        written side by side: pieces of one choice stay in order and are joined with those of their own kind."""
        if not any(data.get(name) for name in data.keys() - {"choice"}):
            return
        with self._lock:
            self._join(kind, dict(data))
            wait = self._flushed + BATCH - time.monotonic()
            if wait <= 0:
                self.flush()
            elif self._timer is None:
                self._timer = threading.Timer(wait, self._ring)
                self._timer.daemon = True
                self._timer.start()

    def _join(self, kind: str, data: dict[str, Any]) -> None:
        choice = data.get("choice")
        last = next((held for held in reversed(self._held) if held[1].get("choice") == choice), None)
        if last is None or last[0] != kind:
            self._held.append((kind, data))
            return
        for name in data.keys() - {"choice"}:
            last[1][name] = last[1][name] + data[name] if name in last[1] else data[name]

    def flush(self) -> None:
        """Publishes the tokens that are held back."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            while self._held:
                publish(self.run_id, *self._held[0])
                self._held.pop(0)
            self._flushed = time.monotonic()

    def _ring(self) -> None:
        with self._lock:
            # A flush in between may have taken the tokens; those held now then have a timer of their own.
            if self._timer is not None and threading.current_thread() is self._timer:
                try:
                    self.flush()
                except stream.LOST:
                    self._timer = None  # the tokens stay held: the next event tries again, and says so if it must
