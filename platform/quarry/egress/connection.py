"""Connections to the addresses that were checked, whose waiting can be ended at any moment."""

from __future__ import annotations

import errno
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

import certifi
import httpcore

from .policy import SLICE, EgressError, Phase, Policy, Watch, check

T = TypeVar("T")
UNDER_WAY = {errno.EINPROGRESS, errno.EALREADY, errno.EAGAIN}


@lru_cache(maxsize=16)
def trust(ca: str) -> ssl.SSLContext:
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


class Backend(httpcore.NetworkBackend):
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
                return Stream(self._connect(address, port, timeout), host, self._watch)
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
        if error.errno is None or error.errno in UNDER_WAY:
            raise TimeoutError from None
        if error.errno != errno.EISCONN:
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


class Stream(httpcore.NetworkStream):
    """A socket whose waiting can be ended."""

    def __init__(self, sock: socket.socket, host: str, watch: Watch) -> None:
        self._sock, self._host, self._watch = sock, host, watch

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with told():
            return _in_slices(self._sock, lambda: self._sock.recv(max_bytes), self._watch, "talk", timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        with told():
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
        return Stream(secure, self._host, self._watch)

    def get_extra_info(self, info: str) -> Any:
        return self._sock if info == "socket" else None


@contextmanager
def told() -> Iterator[None]:
    """Has whatever ends a connection told as an `EgressError`."""
    try:
        yield
    except httpcore.LocalProtocolError:  # its own words would hold the header, and with it perhaps a key
        raise EgressError("policy", "The request was not sent: one of its headers is not allowed by HTTP.") from None
    except (OSError, httpcore.ProtocolError, httpcore.NetworkError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise EgressError("broken", f"The connection broke off: {why}.") from None
