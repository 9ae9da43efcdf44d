"""One request over the way out: bounded in time and size, redirects not followed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx
from quarry import egress

from .reading import Answer
from .request import Prepared

CONNECT = 10.0  # seconds for name, connection and handshake
LONGEST = 2 * 2**20  # bytes of an answer


class TooLong(Exception):
    """More came than is read; `answer` is its beginning."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class Cancelled(Exception):
    """Nobody waits for the answer any more."""


@dataclass
class Watch:
    """Ends the waiting at the deadline (of `time.monotonic`), or when `cancelled` says so. `sent`: the connection
    stood, so that the request may have arrived."""

    deadline: float
    cancelled: Callable[[], bool]
    sent: bool = False

    def __post_init__(self) -> None:
        self._connect = time.monotonic() + CONNECT

    def __call__(self, phase: egress.Phase) -> None:
        if self.cancelled():
            raise Cancelled
        self.sent = self.sent or phase == "talk"
        if time.monotonic() > (min(self._connect, self.deadline) if phase == "connect" else self.deadline):
            raise egress.EgressError("timeout", "The server did not answer in time.")


def send(request: Prepared, policy: egress.Policy, watch: Watch, most: int = LONGEST) -> Answer:
    """The answer, whatever its status. Raises EgressError, TooLong, Cancelled."""
    with egress.client(policy, watch) as client:
        made = client.build_request(
            request.method,
            request.url,
            headers=[(name.encode(), value) for name, value in request.headers.items()],
            content=request.content,
            files=request.files or None,
        )
        response = client.send(made, stream=True)
        try:
            return _whole(response, most)
        finally:
            response.close()


def _whole(response: httpx.Response, most: int) -> Answer:
    body = b""
    try:
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > most:
                raise TooLong(Answer(response.status_code, response.headers, body[:most]))
    except httpx.DecodingError:
        raise egress.EgressError("broken", "The connection broke off: the answer is packed, and damaged.") from None
    return Answer(response.status_code, response.headers, body)
