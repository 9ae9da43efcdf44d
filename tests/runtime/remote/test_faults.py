"""Everything that a server can do wrong, each with a sentence, and none of it forever."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from quarry.runtime import Done, EngineBusy, InvalidRequest, ModelUnavailable, PromptTooLong, Queued, Tool
from quarry.runtime.remote import Unanswered, limiter, line

from .certificates import certificate
from .conftest import ask, done, endpoint, text
from .serving import HELLO, WHOLE, Answer, Talk, chunk, serving, sse

TOOLS = [Tool("weather", "Tells", {"type": "object"})]


def answered(answer: Answer, **more: Any) -> str:
    """The fault's sentence."""
    with serving(answer) as served, pytest.raises(ModelUnavailable) as caught:
        list(ask(endpoint(served.url, **more), tools=TOOLS))
    return str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "match"),
    [
        (401, {"error": {"message": "Incorrect API key"}}, "does not accept the key: Incorrect API key"),
        (403, {"message": "No access"}, 'may not use "m" at the endpoint .*: No access'),
        (404, {"error": "model 'm' not found"}, "has no model \"m\", or its address is wrong: model 'm' not found"),
        (404, b"<!doctype html><h1>404</h1>", "it answers with a web page instead of JSON"),
        (500, b"", "failed with status 500: it does not say why"),
        (502, b"bad\x00\ngateway", "failed with status 502: bad gateway"),
        (302, b"", "leads elsewhere, and redirects are not followed"),
    ],
)
def test_refusals_are_told(status: int, body: Any, match: str) -> None:
    with serving(lambda talk: talk.reply(status, body)) as served, pytest.raises(Unanswered, match=match):
        list(ask(endpoint(served.url)))
    assert len(served.talks) == (3 if status >= 500 else 1), "only what may pass is tried again"


def test_the_key_is_told_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    def answer(talk: Talk) -> None:
        talk.reply(500, {"error": {"message": f"Wrong: {talk.headers['authorization']}"}})

    with serving(answer) as served, pytest.raises(Unanswered) as caught:
        list(ask(to := endpoint(served.url, secret="sk-very-secret")))
    assert "very-secret" not in str(caught.value) + caplog.text + repr(to)


@pytest.mark.parametrize(
    ("body", "tokens", "limit"),
    [
        (
            {"message": "This model's maximum context length is 4096 tokens. However, you requested 5,000 tokens"},
            5000,
            4096,
        ),
        (
            {"error": {"type": "exceed_context_size_error", "n_prompt_tokens": 900, "n_ctx": 512, "message": "x"}},
            900,
            512,
        ),
    ],
)
def test_a_prompt_that_is_too_long_is_known_as_such(body: Any, tokens: int, limit: int) -> None:
    with serving(lambda talk: talk.reply(400, body)) as served, pytest.raises(PromptTooLong) as caught:
        list(ask(endpoint(served.url)))
    assert (caught.value.tokens, caught.value.limit) == (tokens, limit)


@pytest.mark.parametrize("said", ["The input is too long.", "logprobs is not supported"])
def test_what_the_server_does_not_take_is_the_callers_mistake(said: str) -> None:
    body = {"error": {"message": said}}
    with serving(lambda talk: talk.reply(400, body)) as served, pytest.raises(InvalidRequest, match=said):
        list(ask(endpoint(served.url)))
    assert len(served.talks) == 1


def test_a_busy_server_is_waited_for_briefly_and_else_said_to_be_busy() -> None:
    waits = ["0.1", "0.1"]

    def answer(talk: Talk) -> None:
        if waits:
            talk.reply(429, {}, {"Retry-After": waits.pop()})
        else:
            talk.stream("text/event-stream", sse(*WHOLE))

    with serving(answer) as served:
        assert text(list(ask(endpoint(served.url)))) == "你好"
        waits = ["77"]
        with pytest.raises(EngineBusy) as caught:
            list(ask(endpoint(served.url)))
    assert caught.value.retry_after == 77
    assert len(served.talks) == 4


def test_after_the_first_words_nothing_is_tried_again() -> None:
    def answer(talk: Talk) -> None:
        talk.stream("text/event-stream", sse(*HELLO, end=""), whole=False)

    with serving(answer) as served:
        events = ask(endpoint(served.url))
        assert [next(events), next(events)]
        with pytest.raises(Unanswered, match="cannot be reached: The connection broke off"):
            next(events)
    assert len(served.talks) == 1


def test_what_fails_before_the_first_words_is_tried_again() -> None:
    tries = iter([False, True])

    def answer(talk: Talk) -> None:
        good = next(tries)
        talk.stream("text/event-stream", sse(*WHOLE) if good else [], whole=good)

    with serving(answer) as served:
        assert text(list(ask(endpoint(served.url)))) == "你好"
    assert len(served.talks) == 2


BAD_CALL = [
    chunk({"tool_calls": [{"index": 0, "function": {"name": "weather", "arguments": '{"a'}}]}),
    chunk(reason="stop"),
]


@pytest.mark.parametrize(
    ("payloads", "match"),
    [
        (sse("not json"), "sends something that is not an answer"),
        (sse([1, 2]), "gave up on the answer"),
        (sse({"choices": [{"delta": "x"}]}), "sends something that is not an answer"),
        (sse({"choices": [{"delta": {"content": "x"}, "logprobs": {"content": [{"token": 1}]}}]}), "not an answer"),
        (sse("[" * 100_000), "sends something that is not an answer"),
        (sse({"error": {"message": "out of memory"}}), "gave up on the answer: out of memory"),
        (sse({"message": "gone"}, kind="error"), "gave up on the answer: gone"),
        (sse(*HELLO), "broke off in the middle"),
        (sse(chunk(reason="content_filter")), "The content filter"),
        (sse(*BAD_CALL), "arguments that are not JSON"),
    ],
)
def test_nonsense(payloads: Iterator[bytes], match: str) -> None:
    data = list(payloads)
    assert match in answered(lambda talk: talk.stream("text/event-stream", data))


def test_a_web_page_in_place_of_an_answer() -> None:
    page = b"<html>Sign in</html>"
    assert "is not that of an API" in answered(lambda talk: talk.reply(200, page, {"Content-Type": "text/html"}))


@pytest.mark.parametrize("what", ["line", "events", "error"])
def test_a_gigabyte_is_not_taken(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is broken off after a few megabytes, and what was sent is not kept."""
    monkeypatch.setattr(line, "LONG", 8 * 2**20)
    sent = 0

    def flood() -> Iterator[bytes]:
        nonlocal sent
        piece = b"x" * 65536 if what != "events" else b"".join(sse(chunk({}), end="")) * 400
        for _ in range(2**30 // len(piece)):
            sent += len(piece)
            yield piece

    def answer(talk: Talk) -> None:
        if what == "error":
            talk.begin(500, {"Content-Type": "text/plain"})
            for piece in flood():
                talk.handler.wfile.write(piece)
        else:
            talk.stream("text/event-stream", flood())

    assert answered(answer)
    assert sent < 3 * (line.LONG + 8 * 2**20)


def silent(_: Talk) -> None:
    time.sleep(4)


def trickling(talk: Talk) -> None:
    """Bytes, but never an event."""
    talk.stream("text/event-stream", (time.sleep(0.05) or b": still here\n\n" for _ in range(80)))  # type: ignore[func-returns-value]


@pytest.mark.parametrize("answer", [silent, trickling])
def test_a_server_that_does_not_answer_in_time(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "CONNECT", 0.5)
    started = time.monotonic()
    assert "did not answer in time" in answered(answer, timeout=0.3)
    assert time.monotonic() - started < 2


def test_a_server_that_stops_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "IDLE", 0.3)
    parts = (part for part in [*sse(*HELLO, end=""), None])
    pieces = (part or (time.sleep(3) or b"") for part in parts)  # type: ignore[func-returns-value]
    with serving(lambda talk: talk.stream("text/event-stream", pieces)) as served:
        events, started = ask(endpoint(served.url)), time.monotonic()
        with pytest.raises(Unanswered, match="did not answer in time"):
            list(events)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("when", ["before", "within"])
def test_cancelling_ends_the_answer_and_the_connection_at_once(when: str) -> None:
    stop, begun = threading.Event(), HELLO if when == "within" else ()

    def answer(talk: Talk) -> None:
        def parts() -> Iterator[bytes]:
            yield from sse(*begun, end="")
            for _ in range(200):
                time.sleep(0.02)
                yield b": nothing yet\n\n"

        talk.stream("text/event-stream", parts())

    with serving(answer) as served:
        events = ask(endpoint(served.url), cancelled=stop.is_set)
        timer = threading.Timer(0.5, stop.set)
        timer.start()
        got = list(events)
        late = time.monotonic()
        timer.join()
        time.sleep(0.2)
        assert done(got).reason == "cancelled"
        assert served.last.cut is not None, "the server noticed"
        assert served.last.cut - late < 0.15
    assert text(got) == ("你好" if begun else "")


def test_closing_the_iterator_closes_the_connection() -> None:
    def answer(talk: Talk) -> None:
        talk.stream("text/event-stream", (time.sleep(0.02) or part for part in [*sse(*HELLO, end="")] * 100))  # type: ignore[func-returns-value]

    with serving(answer) as served:
        events = ask(endpoint(served.url))
        next(events)
        events.close()  # type: ignore[attr-defined]
        time.sleep(0.2)
        assert served.last.cut is not None


def test_only_so_many_at_once_and_the_others_know_their_place() -> None:
    release = threading.Event()

    def answer(talk: Talk) -> None:
        release.wait(5)
        time.sleep(0.2)
        talk.stream("text/event-stream", sse(*WHOLE))

    with serving(answer) as served:
        to = endpoint(served.url, concurrency=1)
        results: list[list[Any]] = [[], [], []]
        threads = []
        for got in results:
            threads.append(threading.Thread(target=lambda got=got: got.extend(ask(to))))
            threads[-1].start()
            time.sleep(0.15)
        assert len(served.talks) == 1
        release.set()
        for thread in threads:
            thread.join(5)
    assert [[each.position for each in got if isinstance(each, Queued)] for got in results] == [[], [1], [2, 1]]
    assert [text(got) for got in results] == ["你好"] * 3


def test_who_waits_can_leave_and_too_many_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiter, "WAITING", 1)
    with serving(lambda talk: talk.stream("text/event-stream", sse(*WHOLE))) as served:
        to = endpoint(served.url, concurrency=1)
        first = ask(to)
        next(first)
        second = ask(to, cancelled=lambda: True)
        assert isinstance(next(second), Queued)
        with pytest.raises(EngineBusy):
            next(ask(to))
        assert isinstance(next(second), Done)
        first.close()  # type: ignore[attr-defined]
        assert text(list(ask(to))) == "你好"


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    authority, files = certificate(tmp_path)
    answer: Answer = lambda talk: talk.stream("text/event-stream", sse(*WHOLE))  # noqa: E731
    with serving(answer, files) as served:
        with pytest.raises(Unanswered, match="is not trusted: unable to get local issuer"):
            list(ask(endpoint(served.url)))
        assert text(list(ask(endpoint(served.url, ca=authority)))) == "你好"
        with pytest.raises(Unanswered, match="not a certificate in PEM form"):
            list(ask(endpoint(served.url, ca="nonsense")))


@pytest.mark.parametrize(("more", "why"), [({"address": "127.0.0.2"}, "mismatch"), ({"days": -1}, "expired")])
def test_a_certificate_of_somebody_else_or_of_yesterday(more: dict, why: str, tmp_path: Path) -> None:
    authority, files = certificate(tmp_path, **more)
    with serving(lambda talk: talk.reply(200, {}), files) as served, pytest.raises(Unanswered, match=why):
        list(ask(endpoint(served.url, ca=authority)))
    assert served.talks == []


def test_plain_text_where_tls_is_expected_and_the_other_way_round(tmp_path: Path) -> None:
    answer: Answer = lambda talk: talk.reply(200, {})  # noqa: E731
    with serving(answer) as served, pytest.raises(Unanswered, match="No encrypted connection to"):
        list(ask(endpoint(served.url.replace("http:", "https:"))))
    with serving(answer, certificate(tmp_path)[1]) as served, pytest.raises(Unanswered, match="connection broke off"):
        list(ask(endpoint(served.url.replace("https:", "http:"))))


def test_something_else_than_http() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            for _ in range(3):
                connection, _ = server.accept()
                with connection:
                    connection.recv(1000)
                    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")

        threading.Thread(target=greet, daemon=True).start()
        with pytest.raises(Unanswered, match="The connection broke off"):
            list(ask(endpoint(f"http://127.0.0.1:{server.getsockname()[1]}")))


def test_a_redirect_to_where_clouds_keep_their_credentials() -> None:
    where = {"Location": "http://169.254.169.254/latest/meta-data/iam"}
    assert "redirects are not followed" in answered(lambda talk: talk.reply(307, b"", where))


def test_the_own_network_needs_the_administrators_leave() -> None:
    with serving(lambda talk: talk.reply(200, {})) as served, pytest.raises(Unanswered, match="in your own network"):
        list(ask(endpoint(served.url, allow_private=False)))
    assert served.talks == []
