"""Every form in which somebody may write an address that is not to be called, and every way to smuggle a request."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import httpx
import pytest
from quarry import egress
from quarry.egress import EgressError, Policy

from tests.runtime.remote.serving import serving

METADATA = "169.254.169.254"
GOOD = "93.184.215.14"  # somebody's on the Internet


def policy(url: str, **more: Any) -> Policy:
    return Policy(frozenset({egress.origin(url)}), **more)


def answered(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """The resolver says these addresses, whatever it is asked; what it was asked."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET6 if ":" in each else socket.AF_INET, 1, 6, "", (each, port)) for each in answers]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def checked(address: str, monkeypatch: pytest.MonkeyPatch, allow_private: bool = False) -> str:
    """What becomes of a name that leads to this address: "" where it may be called."""
    answered(monkeypatch, address)
    try:
        egress.check("name.example", 443, Policy(frozenset({"name.example:443"}), allow_private=allow_private))
    except EgressError as error:
        return "never" if "never called" in str(error) else "own" if "own network" in str(error) else str(error)
    return ""


def carrying(form: str, address: str) -> str:
    """An IPv6 address in which an IPv4 one stands."""
    four = int(IPv4Address(address))
    high, low = four >> 16, four & 0xFFFF
    flipped = four ^ 0xFFFFFFFF
    return str(
        IPv6Address(
            {
                "mapped": f"::ffff:{address}",
                "compatible": f"::{address}",
                "translated": f"::ffff:0:{address}",
                "nat64": f"64:ff9b::{address}",
                "nat64 of one network": f"64:ff9b:1::{address}",
                "nat64 around the gap": f"64:ff9b:1:{high:x}:{low >> 8:x}:{(low & 255) << 8:x}::",
                "6to4": f"2002:{high:x}:{low:x}::1",
                "teredo client": f"2001:0:5db8:d70e::{flipped >> 16:x}:{flipped & 0xFFFF:x}",
                "teredo server": f"2001:0:{high:x}:{low:x}::f:f",
                "isatap": f"2606:4700::5efe:{address}",
                "isatap, global": f"2606:4700::200:5efe:{address}",
                "isatap, link-local": f"fe80::5efe:{address}",
            }[form]
        )
    )


FORMS = (
    *("mapped", "compatible", "translated", "nat64", "nat64 of one network", "nat64 around the gap", "6to4"),
    *("teredo client", "teredo server", "isatap", "isatap, global", "isatap, link-local"),
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("address", [METADATA, "100.100.100.200", "168.63.129.16", "192.0.0.192"])
def test_credentials_of_clouds_are_behind_no_form(form: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even for whoever may call the own network."""
    assert checked(carrying(form, address), monkeypatch, allow_private=True) == "never"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.31.255.255", "100.64.0.1"])
def test_the_own_network_is_behind_no_form(form: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checked(carrying(form, address), monkeypatch) in ("own", "never")


@pytest.mark.parametrize("form", ["mapped", "nat64", "6to4"])
def test_forms_in_use_lead_to_the_internet(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks of IPv6 alone reach the rest of the world by NAT64."""
    assert checked(carrying(form, GOOD), monkeypatch) == ""


@pytest.mark.parametrize(
    ("address", "public", "private"),
    [
        ("::1", "own", ""),
        ("fd12::1", "own", ""),
        ("fec0::1", "own", ""),
        ("2001:db8::1", "own", ""),
        ("3fff::1", "own", ""),
        ("5f00::1", "own", ""),
        ("4000::1", "own", ""),
        ("100::1", "own", ""),
        ("0.1.2.3", "own", ""),
        ("198.18.0.1", "own", ""),
        ("198.51.100.7", "own", ""),
        ("240.0.0.1", "own", ""),
        ("::", "never", "never"),
        ("0.0.0.0", "never", "never"),  # noqa: S104
        ("255.255.255.255", "never", "never"),
        ("224.0.0.251", "never", "never"),
        ("ff02::1", "never", "never"),
        ("fe80::1", "never", "never"),
        ("fe80::a9fe:a9fe%eth0", "never", "never"),
        ("fd00:ec2::254", "never", "never"),
        ("fd20:ce::254", "never", "never"),
        ("fd00:c1::a9fe:a9fe", "never", "never"),
        ("fd00:42::42", "never", "never"),
        ("169.254.170.2", "never", "never"),
        ("169.254.0.23", "never", "never"),
        (GOOD, "", ""),
        ("2606:4700::1111", "", ""),
    ],
)
def test_each_kind_of_address(address: str, public: str, private: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checked(address, monkeypatch) == public
    assert checked(address, monkeypatch, allow_private=True) == private


def test_every_address_of_version_six_that_holds_a_private_one_at_its_end_and_is_not_of_the_internet() -> None:
    """A sample of prefixes that nobody has thought of: none outside of 2000::/3 counts as public."""
    for first in range(0, 0x10000, 0x101):
        address = ip_address(f"{first:x}::7f00:1")
        if not 0x2000 <= first < 0x4000:
            with pytest.raises(EgressError):
                egress.policy._refuse("name", address, allow_private=False)


# -- addresses as they are written

LOOPBACK = (
    *("http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/"),
    *("http://0x7f.1/", "http://0x7f.0.0.1/", "http://017700000001/", "http://localhost/"),
    *("http://LOCALHOST/", "HTTP://127.0.0.1/", "http://127.0.0.1:80/"),
    *(
        "http://127。0。0。1/",
        "http://127．0．0．1/",
        "http://127｡0｡0｡1/",
        "http://[::1]/",
        "http://[0:0:0:0:0:0:0:1]/",
    ),
    *("http://[::127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[0:0:0:0:0:ffff:127.0.0.1]/", "http://127.255.0.9/"),
    *("http://[::ffff:0:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::7f00:1]/", "http://10.0.0.1/"),
    *("http://[2002:7f00:1::]/", "http://[2001::80ff:fffe]/", "http://[fec0::1]/", "http://[fe80::1%lo]/"),
)


@pytest.mark.parametrize("url", LOOPBACK)
def test_the_own_network_in_every_writing(url: str) -> None:
    """Configured word for word, they are still refused: what counts is where they lead."""
    with pytest.raises(EgressError) as caught, egress.client(policy(url)) as client:
        client.get(url)
    assert caught.value.kind == "policy"
    assert "own network" in str(caught.value) or "never called" in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1./", "http://localhost./", "http://localhost../"])
def test_a_dot_at_the_end_changes_nothing(url: str) -> None:
    """Some resolvers know such a name and some do not."""
    with pytest.raises(EgressError) as caught, egress.client(policy(url)) as client:
        client.get(url)
    assert caught.value.kind in ("policy", "name")
    assert egress.origin(url) == egress.origin(url.replace("./", "/").replace("./", "/"))


NO_ADDRESS = (
    *("file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "ftp://x/", "dict://x:1/", "jar:http://x!/", "ws://x/"),
    *("data:text/plain,x", "javascript:0", "//127.0.0.1/", "http:127.0.0.1/", "http:///127.0.0.1/", "http:/x/", ""),
    *("http://user@127.0.0.1/", "http://user:p@x/", "http://good.example@127.0.0.1/", "http://127.0.0.1:80\\@x/"),
    *("http://good.example\\@127.0.0.1/", "http://1.1.1.1 &@2.2.2.2# @3.3.3.3/", "http://x:80:90/", "http://x:-1/"),
    *("http://x:99999/", "http://x:port/", "http://127.0.0.1\t.x/", "http://127.0.0.1\n/", "\thttp://127.0.0.1/"),
    *(
        " http://127.0.0.1/",
        "http://x\r\nHost: y/",
        "http://x\x00/",
        "http://[::1/",
        "http://[::1].x/",
        "http://0177.0.0.1/",
    ),
    *("http://①②⑦.⓪.⓪.①/", "http://𝟙𝟚𝟟.0.0.1/", "http://ℓocalhost/", "http://local\u00adhost/", "http://00127.0.0.1/"),
    *("http://[v1.x]/", "http://[::1%25]:x/", "http://256.1.1.1/", "http://1.2.3.4.5:80@x/"),
)


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_what_readers_of_addresses_understand_in_two_ways_is_none(url: str) -> None:
    with pytest.raises(EgressError, match="is not an address"):
        egress.origin(url)


@pytest.mark.parametrize(
    "name", ["127%2e0%2e0%2e1", "127.0.0.1%00.x", "127.0.0.1%23.x", "[fe80::1%25lo]", "0b1111111.1"]
)
def test_names_that_are_encoded_are_not_decoded(name: str) -> None:
    url = f"http://{name}/"
    with pytest.raises(EgressError), egress.client(policy(url, allow_private=True)) as client:
        client.get(url)


def test_what_stands_behind_a_number_sign_is_no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answered(monkeypatch, METADATA)
    with pytest.raises(EgressError, match="never called"):
        egress.check(*_split("http://good.example#@127.0.0.1/"), policy("http://good.example/"))
    assert asked == ["good.example"]


def _split(url: str) -> tuple[str, int]:
    host, _, port = egress.origin(url).rpartition(":")
    return host, int(port)


# -- one host and no other


def test_one_place_of_the_own_network_opens_no_other() -> None:
    with serving(lambda talk: talk.reply(200, {})) as served, serving(lambda talk: talk.reply(200, {})) as other:
        with egress.client(policy(served.url, allow_private=True)) as client:
            assert client.get(served.url).status_code == 200
            for url in (
                other.url,
                served.url.replace("127.0.0.1", "localhost"),
                served.url.replace("127.0.0.1", "127.1"),
            ):
                with pytest.raises(EgressError, match="nobody has configured this address"):
                    client.get(url)
        assert other.talks == []


def test_a_redirect_leads_nowhere_even_if_somebody_follows_it() -> None:
    def answer(talk: Any) -> None:
        talk.reply(307, b"", {"Location": f"http://{METADATA}/latest/meta-data"})

    with serving(answer) as served, egress.client(policy(served.url, allow_private=True)) as client:
        with pytest.raises(EgressError, match="nobody has configured this address"):
            client.get(served.url, follow_redirects=True)
        assert len(served.talks) == 1


def test_a_name_is_asked_once_for_each_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second answer of a rebinding name is judged like the first, and the first is what was connected to."""
    with serving(lambda talk: talk.reply(200, {})) as served:
        url = served.url.replace("127.0.0.1", "rebind.example")
        with egress.client(policy(url, allow_private=True)) as client:
            asked = answered(monkeypatch, "127.0.0.1")
            assert client.get(url).status_code == 200
            assert asked == ["rebind.example"]
            answered(monkeypatch, METADATA)
            with pytest.raises(EgressError, match="never called"):
                client.get(url)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy", "SSL_CERT_FILE"])
def test_the_environment_has_no_say(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    with (
        serving(lambda talk: talk.reply(200, {})) as served,
        egress.client(policy(served.url, allow_private=True)) as client,
    ):
        assert client.get(served.url).status_code == 200


# -- what goes over the connection


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "", "a b", "evil.example\r\nX: y", "[::1]"]
)
def test_the_host_header_is_that_of_the_address(host: str) -> None:
    with serving(lambda talk: talk.reply(200, {})) as served:
        with egress.client(policy(served.url, allow_private=True)) as client, pytest.raises(EgressError) as caught:
            client.get(served.url, headers={"Host": host})
        assert caught.value.kind == "policy"
        assert served.talks == []


def test_two_host_headers_are_none() -> None:
    with serving(lambda talk: talk.reply(200, {})) as served:
        place = served.url.removeprefix("http://")
        headers = [("Host", place), ("hOsT", "evil.example")]
        with egress.client(policy(served.url, allow_private=True)) as client, pytest.raises(EgressError):
            client.get(served.url, headers=headers)
        assert served.talks == []


def test_the_same_host_may_be_said() -> None:
    with serving(lambda talk: talk.reply(200, {})) as served:
        place = served.url.removeprefix("http://")
        with egress.client(policy(served.url, allow_private=True)) as client:
            assert client.get(served.url, headers={"Host": place}).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"X": "a\r\nY: b"}, {"X": "a\nb"}, {"X": "a\rb"}, {"X": "a\x00b"}, {"X\r\nY": "a"}, {"X Y": "a"}]
)
def test_a_header_cannot_become_two_and_is_not_repeated_in_the_error(headers: dict[str, str]) -> None:
    """It may hold a key."""
    secret = {name: f"{value}sk-secret" for name, value in headers.items()}
    with serving(lambda talk: talk.reply(200, {})) as served:
        with egress.client(policy(served.url, allow_private=True)) as client, pytest.raises(EgressError) as caught:
            client.get(served.url, headers=secret)
        assert "sk-secret" not in str(caught.value)
        assert served.talks == []


@pytest.mark.parametrize("method", ["GET / HTTP/1.1\r\nX: y\r\n\r\nGET", "GET X", ""])
def test_a_method_cannot_become_two_requests(method: str) -> None:
    with serving(lambda talk: talk.reply(200, {})) as served:
        with egress.client(policy(served.url, allow_private=True)) as client, pytest.raises(EgressError):
            client.request(method, served.url)
        assert served.talks == []


@pytest.mark.parametrize("path", ["/a\r\nX: y", "/a\nb", "/?q=\r\n\r\nGET / HTTP/1.1", "/\x00"])
def test_a_path_cannot_become_two_requests(path: str) -> None:
    with serving(lambda talk: talk.reply(200, {})) as served:
        with egress.client(policy(served.url, allow_private=True)) as client, pytest.raises(httpx.InvalidURL):
            client.get(served.url + path)
        assert served.talks == []


@contextmanager
def raw(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that writes these bytes to whoever asks, and keeps the line open."""
    asked: list[bytes] = []

    def talk(line: socket.socket) -> None:
        with line, suppress(OSError):
            while data := line.recv(65536):
                asked.append(data)
                line.sendall(answer)

    def accept(server: socket.socket) -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(line,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, args=(server,), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/", asked


def test_an_answer_behind_an_answer_is_nobodys() -> None:
    """What stands behind the end of one must not be taken for the answer to the next request."""
    smuggled = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nsmuggled"
    with raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + smuggled) as (url, asked):
        with egress.client(policy(url, allow_private=True)) as client:
            assert [client.get(url).text for _ in range(3)] == ["ok", "ok", "ok"]
        assert len(asked) == 3


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX\x00: a\r\nContent-Length: 0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"+PONG\r\n",
    ],
)
def test_an_answer_that_is_none(answer: bytes) -> None:
    with raw(answer) as (url, _), egress.client(policy(url, allow_private=True), timeout=2) as client:
        with pytest.raises(EgressError) as caught:
            client.get(url)
        assert caught.value.kind in ("broken", "timeout")
