"""The one way out of the house: calls to what an administrator configured, and to nothing else.

A `Policy` names the hosts that may be called. The name is resolved once and the connection goes to that very address,
so that a name which changes its mind between check and connection (DNS rebinding) gains nothing. Private and loopback
addresses need a policy that allows them; link-local ones, where clouds keep their credentials, are never called.
Redirects are not followed and the environment's proxies are not used. Knows no Django.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Literal, TypeAlias, TypeVar
from urllib.parse import urlsplit

import certifi
import httpcore
import httpx

Kind: TypeAlias = Literal["policy", "name", "connect", "tls", "timeout", "broken"]
Phase: TypeAlias = Literal["connect", "talk"]
Watch: TypeAlias = Callable[[Phase], None]
Address: TypeAlias = IPv4Address | IPv6Address
T = TypeVar("T")

SLICE = 0.03  # seconds that a thread waits before it asks whether it is still to wait
PORTS = {"http": 80, "https": 443}
# Where clouds answer to every machine inside them, with its credentials. Nobody keeps a model or a document there.
NEVER = [ip_network(n) for n in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "100.100.100.200", "168.63.129.16")]
NAT64 = ip_network("64:ff9b::/96")


class EgressError(Exception):
    """A call that could not be made. `kind` says at which step, the text says why to a person."""

    def __init__(self, kind: Kind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Policy:
    """`hosts` as `host:port`, in lower case (see `origin`); `ca` is PEM text of further authorities to trust."""

    hosts: frozenset[str]
    allow_private: bool = False
    ca: str = ""


def origin(url: str) -> str:
    """`host:port` of a URL that can be called; refuses what cannot."""
    try:
        parts = urlsplit(str(httpx.URL(url)))
        host, port = parts.hostname, parts.port or PORTS.get(parts.scheme)
    except (ValueError, httpx.InvalidURL):
        host, port = None, None
    if not host or not port or parts.username or parts.scheme not in PORTS:
        raise EgressError("policy", f"{url[:200]!r} is not an address that begins with http:// or https://.")
    return f"{host.rstrip('.').lower()}:{port}"


def client(policy: Policy, watch: Watch | None = None, timeout: float | None = None) -> httpx.Client:
    """An HTTP client that keeps to the policy. `watch` is asked every few dozen milliseconds while it waits, and ends
    the call by raising; `timeout` bounds each wait. Everything that goes wrong is an `EgressError`."""
    transport = Transport(policy, watch or (lambda phase: None))
    return httpx.Client(transport=transport, trust_env=False, follow_redirects=False, timeout=timeout)


def check(host: str, port: int, policy: Policy, watch: Watch | None = None) -> list[str]:
    """The addresses of a host that may be called; refuses the whole host where one of them may not."""
    if f"{host.rstrip('.').lower()}:{port}" not in policy.hosts:
        raise EgressError("policy", f"Calls to {host}:{port} are not allowed: nobody has configured this address.")
    addresses = _resolve(host, port, watch or (lambda phase: None))
    for address in addresses:
        _refuse(host, ip_address(address.partition("%")[0]), policy.allow_private)
    return addresses


def reach(url: str, policy: Policy, watch: Watch) -> Iterator[tuple[Kind, str]]:
    """Goes the way of a call up to the encrypted connection, and says after each step that it was passed."""
    parts = urlsplit(url)
    host, port = str(parts.hostname), int(origin(url).rpartition(":")[2])
    yield "name", check(host, port, policy, watch)[0]
    stream = _Backend(policy, watch).connect_tcp(host, port)
    try:
        yield "connect", host
        if parts.scheme == "https":
            stream = stream.start_tls(_context(policy.ca), host)
            yield "tls", host
    finally:
        stream.close()


def _refuse(host: str, address: Address, allow_private: bool) -> None:
    meant = _meant(address)
    if any(meant in network for network in NEVER) or meant.is_multicast or meant.is_unspecified:
        raise EgressError("policy", f"{host} leads to {meant}, which is never called.")
    if not meant.is_global and not allow_private:
        raise EgressError("policy", f"{host} leads to {meant}, an address in your own network, which is not allowed.")


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it stands for one."""
    if isinstance(address, IPv6Address):
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address


def _resolve(host: str, port: int, watch: Watch) -> list[str]:
    """Asks in a thread of its own, since nothing can interrupt the system's resolver."""
    found: list[str] = []
    failed: list[OSError | UnicodeError] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    thread = threading.Thread(target=ask, name="resolve", daemon=True)
    thread.start()
    while thread.is_alive():
        watch("connect")
        thread.join(SLICE)
    if not found:
        raise EgressError("name", f"The name {host} cannot be resolved to an address.") from next(iter(failed), None)
    return found


@lru_cache(maxsize=16)
def _context(ca: str) -> ssl.SSLContext:
    """Trusts the machine's authorities, those that come with Python's packages, and the given ones."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if ca:
        load_authorities(context, ca)
    return context


def load_authorities(context: ssl.SSLContext, ca: str) -> None:
    """Adds authorities in PEM form; says so where they are none."""
    try:
        context.load_verify_locations(cadata=ca)
    except (ssl.SSLError, ValueError):
        raise EgressError("tls", "The certificate authority is not a certificate in PEM form.") from None


class _Backend(httpcore.NetworkBackend):
    """Connects to the addresses that were checked."""

    def __init__(self, policy: Policy, watch: Watch) -> None:
        self._policy, self._watch = policy, watch

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failures: list[OSError] = []
        for address in check(host, port, self._policy, self._watch):
            try:
                return _Stream(self._connect(address, port, timeout), host, self._watch)
            except OSError as error:
                failures.append(error)
        why = failures[-1].strerror or str(failures[-1])
        raise EgressError("connect", f"{host}:{port} cannot be reached: {why}.")

    def _connect(self, address: str, port: int, timeout: float | None) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _in_slices(sock, lambda: _connected(sock, address, port), self._watch, "connect", timeout)
        except BaseException:
            sock.close()
            raise
        return sock


def _connected(sock: socket.socket, address: str, port: int) -> None:
    """One more try to connect; a socket that got there meanwhile says so by an error."""
    try:
        sock.connect((address, port))
    except OSError as error:
        if error.errno is None or error.errno in (114, 115, 11):  # still on its way
            raise TimeoutError from None
        if error.errno != 106:
            raise


def _in_slices(sock: socket.socket, do: Callable[[], T], watch: Watch, phase: Phase, timeout: float | None) -> T:
    """Does what may block, in slices between which the watch may end it."""
    limit = time.monotonic() + timeout if timeout else None
    while True:
        watch(phase)
        sock.settimeout(SLICE)
        try:
            return do()
        except TimeoutError:
            if limit and time.monotonic() > limit:
                raise EgressError("timeout", "The server did not answer in time.") from None


class _Stream(httpcore.NetworkStream):
    """A socket whose waiting can be ended."""

    def __init__(self, sock: socket.socket, host: str, watch: Watch) -> None:
        self._sock, self._host, self._watch = sock, host, watch

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _lost():
            return _in_slices(self._sock, lambda: self._sock.recv(max_bytes), self._watch, "talk", timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        with _lost():
            while rest:
                sent = _in_slices(self._sock, lambda: self._sock.send(rest), self._watch, "talk", timeout)  # noqa: B023
                rest = rest[sent:]

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            secure = ssl_context.wrap_socket(self._sock, server_hostname=self._host, do_handshake_on_connect=False)
            _in_slices(secure, secure.do_handshake, self._watch, "connect", timeout)
        except ssl.SSLCertVerificationError as error:
            self.close()
            why = error.verify_message.rstrip(".")
            raise EgressError("tls", f"The certificate of {self._host} is not trusted: {why}.") from None
        except OSError as error:
            self.close()
            why = getattr(error, "reason", None) or error.strerror or type(error).__name__
            raise EgressError("tls", f"No encrypted connection to {self._host}: {why}.") from None
        return _Stream(secure, self._host, self._watch)

    def get_extra_info(self, info: str) -> Any:
        return self._sock if info == "socket" else None


@contextmanager
def _lost() -> Iterator[None]:
    try:
        yield
    except (OSError, httpcore.ProtocolError, httpcore.NetworkError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise EgressError("broken", f"The connection broke off: {why}.") from None


class Transport(httpx.BaseTransport):
    """The policy as a transport of httpx, for clients with settings of their own."""

    def __init__(self, policy: Policy, watch: Watch) -> None:
        backend = _Backend(policy, watch)
        self._pool = httpcore.ConnectionPool(ssl_context=_context(policy.ca), network_backend=backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        with _lost():
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


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _lost():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
