"""What may be called, and at which address."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

import httpx

Kind: TypeAlias = Literal["policy", "name", "connect", "tls", "timeout", "broken"]
Phase: TypeAlias = Literal["connect", "talk"]
Watch: TypeAlias = Callable[[Phase], None]
Address: TypeAlias = IPv4Address | IPv6Address

SLICE = 0.03  # seconds that a thread waits before it asks whether it is still to wait
PORTS = {"http": 80, "https": 443}
# Where clouds answer to every machine inside them, with its credentials. Nobody keeps a model or a document there.
NEVER = [
    *map(ip_network, ("169.254.0.0/16", "100.100.100.200", "168.63.129.16", "192.0.0.192", "255.255.255.255")),
    *map(ip_network, ("fe80::/10", "fd00:ec2::/32", "fd20:ce::254", "fd00:c1::a9fe:a9fe", "fd00:42::42")),
]
NAT64 = ip_network("64:ff9b::/96")
# Its namesake for one network alone: the 32 bits stand at its end, or behind the prefix around a gap.
LOCAL_NAT64 = ip_network("64:ff9b:1::/48")
# Forms in which an IPv6 address ends in an IPv4 one: compatible, translated. Nobody serves from them, but a machine
# may still lead them to that address.
EMBEDDING = [NAT64, LOCAL_NAT64, ip_network("::/96"), ip_network("::ffff:0:0:0/96")]
# Of IPv6, the Internet has addresses from here only; Python takes all that has no other name yet for the Internet's.
INTERNET = ip_network("2000::/3")
DOCUMENTATION = ip_network("3fff::/20")


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


def check(host: str, port: int, policy: Policy, watch: Watch | None = None) -> list[str]:
    """The addresses of a host that may be called; refuses the whole host where one of them may not."""
    if f"{host.rstrip('.').lower()}:{port}" not in policy.hosts:
        raise EgressError("policy", f"Calls to {host}:{port} are not allowed: nobody has configured this address.")
    addresses = _resolve(host, port, watch or (lambda phase: None))
    for address in addresses:
        _refuse(host, ip_address(address.partition("%")[0]), policy.allow_private)
    return addresses


def _refuse(host: str, address: Address, allow_private: bool) -> None:
    meant = _meant(address)
    for each in (*meant, address):
        if any(each in network for network in NEVER) or each.is_multicast or each.is_unspecified:
            raise EgressError("policy", f"{host} leads to {each}, which is never called.")
    for each in (*meant, address):
        if not _is_public(each) and not allow_private:
            text = f"{host} leads to {each}, an address in your own network, which is not allowed."
            raise EgressError("policy", text)


def _meant(address: Address) -> list[Address]:
    """The IPv4 addresses that an IPv6 one stands for, where it stands for some: it leads to them."""
    if isinstance(address, IPv4Address):
        return []
    value = int(address)
    last = IPv4Address(value & 0xFFFFFFFF)
    found: list[Address | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in EMBEDDING) or (value >> 32) & 0xFDFFFFFF == 0x5EFE:  # the latter: ISATAP
        found.append(last)
    if address in LOCAL_NAT64 and (around := (value >> 48 & 0xFFFF0000) | (value >> 40 & 0xFFFF)):
        found.append(IPv4Address(around))
    return [each for each in found if each is not None and int(address) > 1]


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return address.is_global
    if address.ipv4_mapped or address in NAT64:
        return True  # what it stands for is asked by itself
    return address.is_global and address in INTERNET and address not in DOCUMENTATION


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
