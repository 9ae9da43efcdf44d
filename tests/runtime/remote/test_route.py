"""The order in which models are tried: the next where one cannot, and only before anything of an answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from quarry import runtime
from quarry.runtime import (
    Done,
    EngineBusy,
    Event,
    FailedOver,
    InvalidRequest,
    ModelUnavailable,
    Params,
    Prefill,
    route,
    settings,
)
from quarry.runtime.remote import Endpoint
from quarry.runtime.store import Store

from ..conftest import TINY_ID
from .conftest import QUESTION, done, endpoint, text
from .serving import HELLO, WHOLE, Talk, serving, sse

Offer = Callable[..., None]


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Offer]:
    """Remote models only; nothing embedded is installed."""
    before = settings.current()
    monkeypatch.setattr(route, "_failed", {})
    runtime.configure(tmp_path, tmp_path / "models", offline=True)

    def set_to(*endpoints: Endpoint, order: list[str] | None = None) -> None:
        runtime.offer(lambda: endpoints, lambda: order or [each.name for each in endpoints])

    yield set_to
    settings.configure(before)


def asked(model: str | list[str] | None = None, **more: object) -> list[Event]:
    return list(runtime.generate(QUESTION, model=model, params=Params(max_tokens=4), **more))  # type: ignore[arg-type]


def good(talk: Talk) -> None:
    talk.stream("text/event-stream", sse(*WHOLE))


DEAD = "http://127.0.0.1:1"


def test_the_next_answers_where_one_cannot_and_that_is_told(offer: Offer, caplog: pytest.LogCaptureFixture) -> None:
    with serving(good) as served:
        dead, alive = endpoint(DEAD), endpoint(served.url)
        offer(dead, alive)
        with caplog.at_level("WARNING", logger=route.__name__):  # a worker of another test leaves the root at ERROR
            events = asked()
    assert isinstance(events[0], FailedOver)
    assert (events[0].model, "Connection refused" in events[0].why) == (dead.name, True)
    assert (text(events), done(events).model.id) == ("你好", alive.name)
    assert f"{dead.name} cannot answer, the next is asked" in caplog.text


def test_who_just_failed_is_tried_last_for_a_while(offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(good) as served:
        monkeypatch.setattr(route, "REST", 0.5)
        dead, alive = endpoint(DEAD), endpoint(served.url)
        offer(dead, alive)
        assert isinstance(asked()[0], FailedOver)
        assert not any(isinstance(event, FailedOver) for event in asked())
        time.sleep(0.6)
        assert isinstance(asked()[0], FailedOver)


def test_after_the_first_words_nobody_else_goes_on(offer: Offer) -> None:
    def half(talk: Talk) -> None:
        talk.stream("text/event-stream", sse(*HELLO, end=""), whole=False)

    with serving(half) as first, serving(good) as second:
        offer(endpoint(first.url), endpoint(second.url))
        with pytest.raises(ModelUnavailable, match="broke off"):
            asked()
        assert second.talks == []


def test_a_mistake_of_the_callers_is_nobody_elses(offer: Offer) -> None:
    with serving(lambda talk: talk.reply(400, {"error": "bad field"})) as first, serving(good) as second:
        offer(endpoint(first.url), endpoint(second.url))
        with pytest.raises(InvalidRequest, match="bad field"):
            asked()
        with pytest.raises(InvalidRequest, match="max_tokens"):
            list(runtime.generate(QUESTION, params=Params(0)))
        assert second.talks == []


def test_what_one_cannot_do_another_may(offer: Offer) -> None:
    with serving(good) as served:
        replicate, vllm = endpoint(DEAD, "replicate"), endpoint(served.url)
        offer(replicate, vllm)
        events = asked(schema={"type": "object"})
        assert done(events).model.id == vllm.name
        offer(replicate)
        with pytest.raises(InvalidRequest, match="cannot bind an answer to a schema"):
            asked(schema={"type": "object"})


def test_all_have_failed(offer: Offer) -> None:
    one, other = endpoint(DEAD), endpoint(DEAD)
    offer(one, other)
    with pytest.raises(ModelUnavailable, match=rf'None of the models can answer\. .*"{one.slug}".*"{other.slug}"'):
        asked()
    with serving(lambda talk: talk.reply(429, {}, {"Retry-After": "9"})) as served:
        offer(endpoint(served.url), endpoint(served.url))
        with pytest.raises(EngineBusy) as caught:
            asked()
    assert caught.value.retry_after == 9


def test_endpoints_are_called_by_name(offer: Offer) -> None:
    with serving(good) as served:
        one, other = endpoint(served.url), endpoint(served.url)
        offer(one, other, order=[one.name])
        assert done(asked(other.name)).model.id == other.name
        assert done(asked([f"{runtime.remote.PREFIX}gone", other.name])).model.id == other.name
    with pytest.raises(InvalidRequest, match='There is no endpoint "gone", or it is switched off'):
        asked("endpoint/gone")


def test_the_embedded_model_takes_over_and_steps_in(offer: Offer, configured: Store) -> None:
    """`configured` opens the door on the tiny model."""
    dead = endpoint(DEAD)
    runtime.offer(lambda: [dead], lambda: [dead.name, "embedded"])
    runtime.load()
    events = asked()
    assert [type(event) for event in events[:2]] == [FailedOver, Prefill]
    assert done(events).model.id == TINY_ID
    grammar = list(runtime.generate(QUESTION, model=[dead.name, TINY_ID], grammar='root ::= "x"', params=Params(4)))
    assert isinstance(grammar[-1], Done)


def test_a_worker_without_a_model_passes_on(offer: Offer) -> None:
    with serving(good) as served:
        alive = endpoint(served.url)
        offer(alive, order=["embedded", alive.name])
        events = asked()
    assert isinstance(events[0], FailedOver)
    assert "not loaded in this process" in events[0].why
    assert text(events) == "你好"


def test_whether_the_embedded_model_is_needed(offer: Offer) -> None:
    remote = endpoint(DEAD)
    offer(remote)
    assert not runtime.needs_model()
    assert runtime.count_tokens("四個字啊") >= 3
    assert 10 < runtime.count_tokens("a word " * 10) < 30
    offer(remote, order=[remote.name, "embedded"])
    assert runtime.needs_model()
    with pytest.raises(ModelUnavailable):
        runtime.count_tokens("x")
