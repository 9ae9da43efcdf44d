"""The address of the web server, bound before anything else starts, so that a taken port is known at once."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Mapping, Sequence

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8000
TRIES = 50


class NoAddress(RuntimeError):
    """The web server's address cannot be had; the text says why."""


def bind(environment: Mapping[str, str] = os.environ) -> tuple[socket.socket, str]:
    """A listening socket by QUARRY_HOST and QUARRY_PORT, and a sentence if it is not the default port.

    A chosen port that is taken is an error; the default one moves on to the next free port.
    """
    host = environment.get("QUARRY_HOST") or DEFAULT_HOST
    chosen = environment.get("QUARRY_PORT")
    if chosen:
        return _listen(host, _port(chosen)), ""
    for port in range(DEFAULT_PORT, DEFAULT_PORT + TRIES):
        try:
            found = _listen(host, port)
        except NoAddress as fault:
            if not isinstance(fault.__cause__, OSError) or fault.__cause__.errno != errno.EADDRINUSE:
                raise
            continue
        return found, "" if port == DEFAULT_PORT else f"port {DEFAULT_PORT} is taken by another program; using {port}"
    raise NoAddress(f"ports {DEFAULT_PORT} to {DEFAULT_PORT + TRIES - 1} are all taken; set QUARRY_PORT to a free one")


def address(listening: socket.socket) -> str:
    """What a person types into the browser on this machine."""
    host, port = listening.getsockname()[:2]
    if host in {"0.0.0.0", "::", "127.0.0.1"}:  # noqa: S104 - compared, not bound
        host = "localhost" if host != "127.0.0.1" else host
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def loopback(listening: socket.socket) -> tuple[str, int]:
    """Host and port by which this machine itself reaches the server."""
    host, port = listening.getsockname()[:2]
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port  # noqa: S104


def host_header(allowed: Sequence[str]) -> str:
    """A host name under which the web server accepts our own requests, of those it allows."""
    if {"*", "localhost"} & set(allowed) or not allowed:
        return "localhost"
    return allowed[0].lstrip(".")


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise NoAddress(f"QUARRY_PORT={text!r} is not a port number (1 to 65535)")
    return int(text)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as fault:
        raise NoAddress(f"QUARRY_HOST={host!r} is not an address of this machine: {fault.strerror}") from fault
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(where)
        listening.listen(2048)
    except OSError as fault:
        listening.close()
        raise NoAddress(_why(host, port, fault)) from fault
    return listening


def _why(host: str, port: int, fault: OSError) -> str:
    if fault.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken by another program; set QUARRY_PORT to a free one"
    if fault.errno == errno.EACCES:
        return f"this account may not use port {port}; set QUARRY_PORT to one above 1023"
    return f"cannot listen on {host} port {port}: {fault.strerror}"
