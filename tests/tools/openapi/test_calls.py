"""Calls of a real service over real sockets: what the model reads of the answer, and what it never reads."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from quarry import secrets

from agents.models import Run
from agents.tools import calling, registry
from agents.tools.models import Operation, Tool
from agents.tools.types import Context, Result, ToolError
from apps.accounts.models import User
from apps.audit.models import Event
from tests.fixtures.leave_service import KEY, LeaveService, leave_service
from tests.runtime.remote.serving import Served, Talk, serving

SECRET = 'sk-live-7/f+3 "a=b'
Call = Callable[..., Result]


@pytest.fixture
def service() -> Iterator[LeaveService]:
    with leave_service() as running:
        yield running


def made(document: dict[str, Any], place: str, secret: str = "", auth: dict[str, str] | None = None) -> Tool:
    """The rows as the administration makes them."""
    from agents.tools import rows
    from agents.tools.openapi import kind

    tool = Tool(kind="openapi", slug=f"leave-{uuid4().hex[:6]}", name="Leave", egress=[place])
    tool.secret = secrets.encrypt(secret)
    tool.config = kind.check({"document": document}) | ({"auth": auth} if auth else {})
    offers = kind.offers(tool)
    tool.save()
    rows.create(tool, offers, rows.Wishes(False))
    return tool


def caller(tool: Tool, person: User, seconds: float = 10.0, cancelled: Callable[[], bool] = lambda: False) -> Call:
    def call(name: str, **arguments: Any) -> Result:
        operation = tool.operations.select_related("tool").get(name=name)
        run = Run(person=person, kind=Run.Kind.QUESTION)
        context = Context(person, run, None, "en", cancelled, time.monotonic() + seconds)
        return calling.call(registry.function(operation), context, arguments)

    return call


@pytest.fixture
def leave(service: LeaveService, employee: User) -> Call:
    return caller(made(service.document, service.place, KEY, {"type": "bearer"}), employee)


def test_leave_is_booked_looked_at_and_cancelled(leave: Call, service: LeaveService) -> None:
    assert json.loads(leave("getBalance", employee="emma").text)["remaining"] == 7
    booked = leave("bookLeave", employee="emma", **{"from": "2026-03-02", "to": "2026-03-04", "note": "家族旅遊"})
    assert booked.data["status"] == 201
    number = booked.data["body"]["id"]
    assert service.bookings[number]["note"] == "家族旅遊"
    assert "家族旅遊" in booked.text
    assert json.loads(leave("getBalance", employee="emma").text)["remaining"] == 4
    assert leave("listBookings", employee="emma", status=["booked"]).data["body"]["bookings"][0]["id"] == number
    assert leave("cancelLeave", id=number).data["body"]["status"] == "cancelled"
    assert {each.headers["authorization"] for each in service.received} == {f"Bearer {KEY}"}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"from": "2026-03-02", "to": "2026-03-20"}, "409 Conflict: .*15 days were asked for, but only 7 remain"),
        ({"from": "2026-03-04", "to": "2026-03-02"}, "422 Unprocessable .*no working day"),
        ({"from": "yesterday", "to": "2026-03-02"}, "422 .*The field from is not a day"),
        ({"from": "2026-03-02"}, "The argument “to” is missing"),
        ({"from": "2026-03-02", "to": "2026-03-02", "kind": "holiday"}, "must be one of"),
        ({"from": "2026-03-02", "to": "2026-03-02", "approved": True}, "not known"),
    ],
)
def test_what_is_refused_says_why(leave: Call, service: LeaveService, arguments: dict[str, Any], why: str) -> None:
    with pytest.raises(ToolError, match=why):
        leave("bookLeave", employee="emma", **arguments)
    assert not service.bookings


def test_a_number_that_leads_elsewhere_is_not_sent(leave: Call, service: LeaveService) -> None:
    with pytest.raises(ToolError, match="may hold no slash"):
        leave("cancelLeave", id="../balance?employee=emma")
    with pytest.raises(ToolError, match=r"404 Not Found: .*There is no booking L-9"):
        leave("cancelLeave", id="L-9")
    assert [each.target for each in service.received] == ["/api/bookings/L-9"]


def test_a_wrong_key_is_no_reason_to_try_again(service: LeaveService, employee: User) -> None:
    call = caller(made(service.document, service.place, "wrong-key-123", {"type": "bearer"}), employee)
    with pytest.raises(ToolError, match=r"401 Unauthorized: .*an administrator must look at it") as caught:
        call("getBalance", employee="emma")
    assert "wrong-key" not in str(caught.value)


def test_a_key_that_cannot_be_read_is_said(service: LeaveService, employee: User) -> None:
    tool = made(service.document, service.place, KEY, {"type": "bearer"})
    Tool.objects.filter(pk=tool.pk).update(secret="gAAAAABnotours")
    with pytest.raises(ToolError, match="an administrator must give it again"):
        caller(tool, employee)("getBalance", employee="emma")


# -- services that answer as they like

ANYTHING = {
    "openapi": "3.0.0",
    "info": {"title": "Anything", "version": "1"},
    "paths": {"/do": {"get": {"operationId": "look"}, "post": {"operationId": "act"}}},
}


@pytest.fixture
def answering(employee: User) -> Iterator[Callable[..., Call]]:
    """A tool whose service answers by the given function."""
    open_: list[Any] = []

    def make(answer: Callable[[Talk], None], auth: dict[str, str] | None = None, **more: Any) -> Call:
        manager = serving(answer)
        served: Served = manager.__enter__()
        open_.append(manager)
        tool = made(ANYTHING | {"servers": [{"url": served.url}]}, served.url.removeprefix("http://"), SECRET, auth)
        return caller(tool, employee, **more)

    yield make
    for manager in open_:
        manager.__exit__(None, None, None)


def replying(body: bytes, kind: str, status: int = 200) -> Callable[[Talk], None]:
    return lambda talk: talk.reply(status, body, {"Content-Type": kind})


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        ('{"a": [1, 2], "b": "中"}'.encode(), "application/json", '{\n"a": [1, 2],\n"b": "中"\n}'),
        (b'[{"a": 1}, {"a": 2}]', "application/hal+json", '[\n{"a": 1},\n{"a": 2}\n]'),
        (b'{"a": 1}', "text/plain", '{"a": 1}'),
        (b'"just text"', "application/json", "just text"),
        ("特休".encode("big5"), "text/plain; charset=big5", "特休"),
        (b"a,b\n1,2\n", "text/csv", "a,b\n1,2"),
        (b"<a><b>1</b></a>", "application/xml", "<a><b>1</b></a>"),
        (b"half {", "application/json", "half {"),
        (b"", "application/json", "The service answered 200 OK, with nothing more."),
        (b"plain", "", "plain"),
    ],
)
def test_answers_are_read(answering: Any, body: bytes, kind: str, expected: str) -> None:
    assert answering(replying(body, kind))("look").text == expected


@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_no_half_of_a_key_is_left_where_an_error_is_cut(answering: Any, kind: str) -> None:
    for before in range(580, 600):
        said = "x" * before + SECRET + "x" * 50
        body = json.dumps(said) if kind == "application/json" else said
        with pytest.raises(ToolError) as caught:
            answering(replying(body.encode(), kind, 400), {"type": "bearer"})("look")
        assert "sk-" not in str(caught.value)


def test_a_page_is_read_as_text(answering: Any) -> None:
    head = b"<html><head><title>t</title><script>evil()</script></head>"
    page = head + b"<body><h1>Head</h1><p>Body &amp; more</p></body></html>"
    text = answering(replying(page, "text/html; charset=utf-8"))("look").text
    assert "Head" in text
    assert "Body & more" in text
    assert "evil" not in text


def test_a_packed_answer_is_unpacked(answering: Any) -> None:
    def answer(talk: Talk) -> None:
        talk.reply(200, gzip.compress(b'{"a": 1}'), {"Content-Encoding": "gzip"})

    assert answering(answer)("look").text == '{"a": 1}'


@pytest.mark.parametrize(
    ("body", "headers", "why"),
    [
        (b"\x89PNG\x00", {"Content-Type": "image/png"}, r"a file \(image/png, 5 bytes\), not text"),
        (b"%PDF-1.7\x00\xff", {"Content-Type": "application/pdf"}, "a file"),
        (b"\x00\x01", {"Content-Type": ""}, "a file"),
        (b"x" * (2 * 2**20 + 1), {"Content-Type": "text/plain"}, "too long to be read"),
        (gzip.compress(b"\x00" * 50_000_000), {"Content-Encoding": "gzip"}, "too long to be read"),
        (b"not packed", {"Content-Encoding": "gzip"}, "packed, and damaged"),
    ],
)
def test_what_cannot_be_read(answering: Any, body: bytes, headers: dict[str, str], why: str) -> None:
    call = answering(lambda talk: talk.reply(200, body, headers))
    with pytest.raises(ToolError, match=why):
        call("look")


def test_what_was_done_does_not_look_as_if_it_had_failed(answering: Any) -> None:
    call = answering(replying(b"\x89PNG\x00", "image/png", 201))
    assert call("act").text.startswith("The service carried it out and answered 201. The answer is a file")
    call = answering(replying(b"x" * 3_000_000, "text/plain"))
    assert "too long" in call("act").text


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(answering: Any, status: int) -> None:
    seen: list[str] = []

    def answer(talk: Talk) -> None:
        seen.append(talk.path)
        talk.reply(status, b"", {"Location": "http://169.254.169.254/latest/meta-data"})

    with pytest.raises(ToolError, match="which is not followed") as caught:
        answering(answer)("look")
    assert seen == ["/do"]
    assert "169.254" not in str(caught.value)


def test_long_faults_are_cut_to_one_line(answering: Any) -> None:
    body = json.dumps({"error": "line\n" * 1000}).encode()
    with pytest.raises(ToolError) as caught:
        answering(replying(body, "application/json", 400))("look")
    assert len(str(caught.value)) < 700
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "unsure"), [("look", False), ("act", True)])
@pytest.mark.parametrize("fault", ["500", "silent", "broken"])
def test_it_is_said_whether_something_may_have_happened(answering: Any, name: str, unsure: bool, fault: str) -> None:
    def answer(talk: Talk) -> None:
        if fault == "500":
            talk.reply(500, {"error": "x"})
        elif fault == "silent":
            time.sleep(2)
        else:
            talk.handler.connection.shutdown(socket.SHUT_RDWR)

    started = time.monotonic()
    with pytest.raises(ToolError) as caught:
        answering(answer, seconds=0.6)(name)
    assert ("It is not known whether" in str(caught.value)) == unsure
    assert time.monotonic() - started < 1.9


def test_what_was_never_sent_did_not_happen(employee: User) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        place = f"127.0.0.1:{free.getsockname()[1]}"
    tool = made(ANYTHING | {"servers": [{"url": f"http://{place}"}]}, place)
    with pytest.raises(ToolError, match="cannot be reached") as caught:
        caller(tool, employee)("act")
    assert "not known" not in str(caught.value)


def test_a_call_ends_when_nobody_waits_for_it(answering: Any) -> None:
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    started = time.monotonic()
    with pytest.raises(ToolError, match="The call was stopped"):
        answering(lambda talk: time.sleep(3), cancelled=stop.is_set)("look")
    assert time.monotonic() - started < 1


# -- the key

AUTHS = [
    {"type": "bearer"},
    {"type": "basic"},
    {"type": "header", "name": "X-Key"},
    {"type": "query", "name": "key"},
    {"type": "header", "name": "Cookie"},
]


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("auth", AUTHS, ids=lambda auth: "-".join(auth.values()))
def test_a_service_that_says_the_key_back_is_not_repeated(answering: Any, auth: dict[str, str], status: int) -> None:
    """In any of the forms in which it can."""
    basic = base64.b64encode(SECRET.encode()).decode()
    forms = [SECRET, quote(SECRET, safe=""), basic, json.dumps(SECRET)[1:-1]]
    arrived: list[str] = []

    def answer(talk: Talk) -> None:
        arrived.append(json.dumps(talk.headers) + talk.handler.path)
        talk.reply(status, {"you sent": arrived[-1], "also": forms, **dict.fromkeys(forms, "as a name")})

    call = answering(answer, auth)
    try:
        result = call("look")
        said = result.text + json.dumps(result.data, ensure_ascii=False)
    except ToolError as error:
        said = str(error)
    assert any(form in arrived[0] for form in (*forms, json.dumps(SECRET)[1:-1].replace("\\", "\\\\")))
    for form in forms:
        assert form not in said
    assert SECRET not in json.dumps(list(Event.objects.values_list("facts", flat=True)), default=str)


def test_the_key_is_in_no_row_that_is_read(service: LeaveService, db: None) -> None:
    tool = made(service.document, service.place, KEY, {"type": "bearer"})
    assert KEY not in json.dumps([tool.config, *Operation.objects.values_list("config", flat=True)])


# -- where it may go


def test_only_the_place_that_is_named_may_be_called_in_the_own_network(employee: User) -> None:
    with leave_service() as allowed, leave_service() as other:
        tool = made(other.document, allowed.place)
        with pytest.raises(ToolError, match="an address in your own network, which is not allowed"):
            caller(tool, employee)("getBalance", employee="emma")
        assert not other.received


def test_the_environments_proxies_are_not_used(leave: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert leave("getBalance", employee="emma").data["status"] == 200
