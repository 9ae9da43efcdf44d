"""The way out for code that runs in an event loop, as httpx2 takes it. The same policy, the same pinned addresses.

Not imported by the package itself: only what speaks MCP needs httpx2.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from functools import partial
from typing import Any

import anyio.to_thread
import httpcore2
import httpx2

from .connection import trust
from .policy import EgressError, Policy, check

CONNECT_SECONDS = 10.0
STREAM, ENDS = "text/event-stream", (b"\n\n", b"\r\r", b"\r\n\r\n")


class AsyncTransport(httpx2.AsyncBaseTransport):
    """Keeps to the policy. An answer may have `most` bytes; of a stream of events, whose end nobody knows, each event.
    What goes wrong on the way is an `EgressError`."""

    def __init__(self, policy: Policy, most: int) -> None:
        self._pool = httpcore2.AsyncConnectionPool(ssl_context=trust(policy.ca), network_backend=_Backend(policy))
        self._most = most

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = httpcore2.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        asked = httpcore2.Request(
            request.method, url, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        try:
            answer = await self._pool.handle_async_request(asked)
        except _LOST as error:
            raise _told(error) from None
        headers = httpx2.Headers(answer.headers)
        events = headers.get("content-type", "").lower().startswith(STREAM)
        return httpx2.Response(answer.status, headers=headers, stream=_Body(answer, self._most, events))

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Backend(httpcore2.AsyncNetworkBackend):
    """Connects to the addresses that were checked."""

    def __init__(self, policy: Policy) -> None:
        self._policy, self._plain = policy, httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's own
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await anyio.to_thread.run_sync(partial(check, host, port, self._policy), abandon_on_cancel=True)
        failures: list[Exception] = []
        for address in addresses:
            try:
                return await self._plain.connect_tcp(address, port, timeout or CONNECT_SECONDS)
            except _LOST as error:
                failures.append(error)
        why = str(failures[-1]) or type(failures[-1]).__name__
        raise EgressError("connect", f"{host}:{port} cannot be reached: {why}.")

    async def sleep(self, seconds: float) -> None:
        await self._plain.sleep(seconds)


class _Body(httpx2.AsyncByteStream):
    def __init__(self, answer: httpcore2.Response, most: int, events: bool) -> None:
        self._answer, self._most, self._events = answer, most, events
        self._came, self._last = 0, b""  # of the answer or of the event, so far

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._answer.aiter_stream():
                self._count(piece)
                yield piece
        except _LOST as error:
            raise _told(error) from None

    def _count(self, piece: bytes) -> None:
        self._came += len(piece)
        if self._events:
            seen = self._last + piece  # an end may lie across two pieces
            if (end := max(map(seen.rfind, ENDS))) >= 0:
                self._came = len(seen) - end
            self._last = seen[-3:]
        if self._came > self._most:
            raise EgressError("broken", "The answer is larger than is read here.")

    async def aclose(self) -> None:
        await self._answer.aclose()


_LOST = (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError, OSError)


def _told(error: Exception) -> EgressError:
    if isinstance(error, httpcore2.LocalProtocolError):  # its own words would hold the header, and with it a key
        return EgressError("policy", "The request was not sent: one of its headers is not allowed by HTTP.")
    if isinstance(error, httpcore2.ConnectError):
        return EgressError("tls", f"The connection broke off: {str(error)[:200] or type(error).__name__}.")
    if isinstance(error, httpcore2.TimeoutException):
        return EgressError("timeout", "The server did not answer in time.")
    return EgressError("broken", f"The connection broke off: {str(error)[:200] or type(error).__name__}.")
