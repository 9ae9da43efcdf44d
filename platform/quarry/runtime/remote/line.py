"""One request's line to an endpoint: opened under its egress policy, watched while it waits, bounded in length."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from quarry import egress

from ..types import Cancelled
from . import faults
from .endpoint import Endpoint

CONNECT = 10.0  # seconds for name, connection and handshake
IDLE = 60.0  # seconds between two events of an answer
ASK = 0.02  # seconds between two questions whether the caller still wants the answer
SHORT = 4 * 2**20  # bytes of an answer that is read as a whole
LONG = 64 * 2**20  # bytes of a streamed one: hundreds of times what a model writes


class Stopped(Exception):
    """The caller no longer wants the answer."""


class Watch:
    """Ends the waiting when the caller has cancelled, or when it has taken too long."""

    def __init__(self, endpoint: Endpoint, cancelled: Cancelled | None) -> None:
        self._endpoint, self._cancelled = endpoint, cancelled
        self._asked = 0.0
        self.restart()

    def restart(self) -> None:
        """Another try, with all of its time."""
        now = time.monotonic()
        self._connect, self._talk = now + CONNECT, now + CONNECT + self._endpoint.timeout

    def alive(self) -> None:
        """Something of the answer came. Bytes alone do not count: a server that trickles would hold us for ever."""
        self._talk = time.monotonic() + IDLE

    def __call__(self, phase: egress.Phase) -> None:
        self.stop_if_cancelled()
        if time.monotonic() > (self._connect if phase == "connect" else self._talk):
            raise egress.EgressError("timeout", self._late(phase))

    def stop_if_cancelled(self) -> None:
        now = time.monotonic()
        if self._cancelled is not None and now - self._asked >= ASK:
            self._asked = now
            if self._cancelled():
                raise Stopped

    def sleep(self, seconds: float) -> None:
        """Waits, but no longer than the caller does."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.stop_if_cancelled()
            time.sleep(min(left, egress.SLICE))

    def _late(self, phase: egress.Phase) -> str:
        if phase == "connect":
            return f"No connection within {CONNECT:.0f} seconds."
        return "The server did not answer in time."


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that was read as a whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """None where it is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class Stream:
    """An answer that is still coming."""

    def __init__(self, response: httpx.Response, most: int) -> None:
        self._response, self._most = response, most
        self.status, self.headers = response.status_code, response.headers

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes; what goes on without end is broken off."""
        taken = 0
        for chunk in self._response.iter_raw():
            taken += len(chunk)
            if taken > self._most:
                raise egress.EgressError("policy", "The server sends far more than an answer can be.")
            yield chunk


class Line:
    """Calls to one endpoint. Each has a connection of its own, so that ending one ends nothing else."""

    def __init__(self, endpoint: Endpoint, cancelled: Cancelled | None = None) -> None:
        self.endpoint, self.watch = endpoint, Watch(endpoint, cancelled)
        self._policy = endpoint.policy()

    @contextmanager
    def open(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes = b"", most: int = 0
    ) -> Iterator[Stream]:
        """The answer, whatever its status."""
        sent = {"Accept-Encoding": "identity", "User-Agent": "Quarry", **headers}
        with egress.client(self._policy, self.watch) as client:
            request = client.build_request(method, url, headers=sent, content=content)
            response = client.send(request, stream=True)
            try:
                yield Stream(response, most or LONG)
            finally:
                response.close()

    @contextmanager
    def answer(self, url: str, headers: Mapping[str, str], body: Mapping[str, Any] | bytes) -> Iterator[Stream]:
        """The streamed answer to a POST; a refusal is raised."""
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        sent = {"Content-Type": "application/json", **headers}
        with self.open("POST", url, sent, content) as stream:
            if stream.status not in (200, 201):
                raise faults.refused(self.endpoint, stream.status, stream.headers, self._beginning(stream))
            yield stream

    def fetch(self, method: str, url: str, headers: Mapping[str, str], content: bytes = b"") -> Reply:
        """An answer as a whole; a refusal is raised."""
        with self.open(method, url, headers, content, SHORT) as stream:
            reply = Reply(stream.status, stream.headers, b"".join(stream.chunks()))
        if reply.status not in (200, 201, 202):
            raise faults.refused(self.endpoint, reply.status, reply.headers, reply.body)
        return reply

    def _beginning(self, stream: Stream) -> bytes:
        """Enough of an error to say what it is; the rest is not waited for."""
        body = b""
        try:
            for chunk in stream.chunks():
                body += chunk
                if len(body) > 65536:
                    break
        except egress.EgressError:
            pass
        return body
