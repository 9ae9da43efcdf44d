"""The way out: to what was configured, at the address that was checked, and nowhere else."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest
from quarry import egress
from quarry.egress import EgressError, Policy

from tests.runtime.remote.serving import Talk, serving


class Ended(Exception):
    """The watch's own."""


def policy(url: str, **more: Any) -> Policy:
    return Policy(frozenset({egress.origin(url)}), **more)


def refused(url: str, allow_private: bool = True) -> str:
    with pytest.raises(EgressError) as caught, egress.client(policy(url, allow_private=allow_private)) as client:
        client.get(url)
    assert caught.value.kind == "policy"
    return str(caught.value)


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the resolver answers, one list a question; the last stays."""
    answers: list[list[str]] = [[]]

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return answers


def test_only_what_is_configured_is_called() -> None:
    with serving(lambda talk: talk.reply(200, {})) as served, serving(lambda talk: talk.reply(200, {})) as other:
        with egress.client(policy(served.url, allow_private=True)) as client:
            assert client.get(served.url).status_code == 200
            with pytest.raises(EgressError, match="nobody has configured this address"):
                client.get(other.url)
        assert other.talks == []


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "2130706433", "127.1"),
        *("[::1]", "[fd12::1]", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "[2002:a00:1::]"),
    ],
)
def test_private_addresses_need_leave(address: str) -> None:
    assert "which is not allowed" in refused(f"http://{address}:9/", allow_private=False)


@pytest.mark.parametrize(
    "address",
    [
        *("169.254.169.254", "2852039166", "100.100.100.200", "168.63.129.16", "224.0.0.1", "0.0.0.0"),  # noqa: S104
        *("[fe80::1]", "[fd00:ec2::254]", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]"),
    ],
)
def test_where_clouds_keep_their_credentials_nobody_goes(address: str) -> None:
    assert "which is never called" in refused(f"http://{address}/latest/meta-data")


def test_a_name_with_one_forbidden_address_is_refused_whole(resolved: list[list[str]]) -> None:
    resolved[:] = [["93.184.215.14", "169.254.169.254"]]
    assert "169.254.169.254" in refused("http://twofaced.example/")


def test_a_name_that_changes_its_mind_gains_nothing(resolved: list[list[str]]) -> None:
    """It is asked once; the connection goes to that answer, and TLS and `Host` still have the name."""
    with serving(lambda talk: talk.reply(200, {})) as served:
        port = served.url.rpartition(":")[2]
        url = f"http://model.example:{port}/"
        resolved[:] = [["127.0.0.1"], ["169.254.169.254"]]
        with egress.client(policy(url, allow_private=True)) as client:
            assert client.get(url).status_code == 200
        assert served.last.headers["host"] == f"model.example:{port}"
        assert resolved == [["169.254.169.254"]]


def test_redirects_and_proxies_are_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(talk: Talk) -> None:
        talk.reply(302, b"", {"Location": "http://169.254.169.254/latest/meta-data"})

    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with serving(answer) as served, egress.client(policy(served.url, allow_private=True)) as client:
        assert client.get(served.url).status_code == 302
    assert len(served.talks) == 1


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x/",
        "file:///etc/passwd",
        "x",
        "http://",
        "http://x:99999/",
        "http://[::1/",
        "http://a:b@x/",
        "http://0177.0.0.1/",
        "ftp://x:21/",
    ],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(EgressError, match="is not an address"):
        egress.origin(url)


@pytest.mark.parametrize(
    ("url", "kind", "match"),
    [
        ("http://nothing.invalid:80/", "name", "cannot be resolved"),
        ("http://127.0.0.1:1/", "connect", "127.0.0.1:1 cannot be reached: Connection refused"),
    ],
)
def test_what_fails_before_a_connection(url: str, kind: str, match: str) -> None:
    with egress.client(policy(url, allow_private=True)) as client, pytest.raises(EgressError, match=match) as caught:
        client.get(url)
    assert caught.value.kind == kind


def test_waiting_can_be_ended_from_without() -> None:
    """While it connects, shakes hands, and reads: each within a tenth of a second."""
    stop = threading.Event()

    def watch(phase: str) -> None:
        if stop.is_set():
            raise Ended

    with socket.create_server(("127.0.0.1", 0)) as silent:
        for scheme in ("http", "https"):
            url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/"
            stop.clear()
            timer = threading.Timer(0.3, stop.set)
            timer.start()
            started = time.monotonic()
            with egress.client(policy(url, allow_private=True), watch) as client, pytest.raises(Ended):
                client.get(url)
            assert 0.29 < time.monotonic() - started < 0.5
            timer.join()
