"""The way out as httpx takes it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpcore
import httpx

from .connection import Backend, told, trust
from .policy import EgressError, Kind, Policy, Watch, check, origin


def client(policy: Policy, watch: Watch | None = None, timeout: float | None = None) -> httpx.Client:
    """An HTTP client that keeps to the policy. `watch` is asked every few dozen milliseconds while it waits, and ends
    the call by raising; `timeout` bounds each wait. Everything that goes wrong is an `EgressError`."""
    transport = Transport(policy, watch or (lambda phase: None))
    return httpx.Client(transport=transport, trust_env=False, follow_redirects=False, timeout=timeout)


def reach(url: str, policy: Policy, watch: Watch) -> Iterator[tuple[Kind, str]]:
    """Goes the way of a call up to the encrypted connection, and says after each step that it was passed."""
    parts = urlsplit(url)
    host, port = str(parts.hostname), int(origin(url).rpartition(":")[2])
    yield "name", check(host, port, policy, watch)[0]
    stream = Backend(policy, watch).connect_tcp(host, port)
    try:
        yield "connect", host
        if parts.scheme == "https":
            stream = stream.start_tls(trust(policy.ca), host)
            yield "tls", host
    finally:
        stream.close()


class Transport(httpx.BaseTransport):
    """The policy as a transport of httpx, for clients with settings of their own."""

    def __init__(self, policy: Policy, watch: Watch) -> None:
        """A connection serves one request: what a server writes behind its answer would else answer the next one."""
        backend = Backend(policy, watch)
        self._pool = httpcore.ConnectionPool(trust(policy.ca), network_backend=backend, max_keepalive_connections=0)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        _refuse_other_host(request)
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        with told():
            answer = self._pool.handle_request(
                httpcore.Request(
                    request.method,
                    url,
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


def _refuse_other_host(request: httpx.Request) -> None:
    """One server answers for many hosts, by this header: it must name the one that the policy has allowed."""
    said = [value.decode("latin-1") for name, value in request.headers.raw if name.lower() == b"host"]
    if len(said) != 1 or origin(f"{request.url.scheme}://{said[0]}") != origin(str(request.url)):
        raise EgressError("policy", "The request was not sent: it names another host than its address.")


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with told():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
