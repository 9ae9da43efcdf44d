"""Replicate's protocol: a prediction, its stream, its figures, and calling it off."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from quarry.runtime import InvalidRequest, Message, Params, Request, Tool, Usage, remote
from quarry.runtime.remote import Endpoint, Unanswered, replicate
from quarry.runtime.remote.line import Line

from .conftest import ask, done, endpoint, text
from .serving import Served, Talk, serving, sse

MODEL = "ibm-granite/granite-4.0-h-small"


@dataclass
class Replicate:
    """The API and the host of its streams at one address."""

    parts: tuple[str, ...] = ("你", "好\n", "\n!")
    end: tuple[str, Any] = ("done", {})
    streams: bool = True
    slow: bool = False
    served: Served = field(default_factory=lambda: Served(""))

    def __call__(self, talk: Talk) -> None:
        if talk.headers.get("authorization") != "Bearer r8_key":
            talk.reply(401, {"title": "Unauthenticated", "detail": "You did not pass a valid token", "status": 401})
        elif talk.method == "POST" and talk.path.endswith("/predictions"):
            talk.reply(201, {"id": "p1", "status": "starting", "urls": self._urls()})
        elif talk.path == "/stream/p1" and talk.headers["accept"] == "text/event-stream":
            talk.stream("text/event-stream", self._events())
        elif talk.path in ("/v1/predictions/p1", "/v1/predictions/p1/cancel", f"/v1/models/{MODEL}"):
            metrics = {"input_token_count": 9, "output_token_count": 3, "predict_time": 0.1}
            talk.reply(200, {"id": "p1", "status": "succeeded", "metrics": metrics})
        else:
            talk.reply(404, {"detail": "The requested resource could not be found.", "status": 404})

    def _urls(self) -> dict[str, str]:
        get = f"{self.served.url}/v1/predictions/p1"
        stream = {"stream": f"{self.served.url}/stream/p1"} if self.streams else {}
        return {"get": get, "cancel": f"{get}/cancel", **stream}

    def _events(self) -> Iterator[bytes]:
        for part in self.parts:
            yield from sse(part, kind="output", end="")
            time.sleep(0.05 if self.slow else 0)
        yield from sse(self.end[1], kind=self.end[0], end="")

    def paths(self) -> list[str]:
        return [talk.path for talk in self.served.talks]


@pytest.fixture
def service() -> Iterator[Replicate]:
    found = Replicate()
    with serving(found) as found.served:
        yield found


def at(service: Replicate, **more: Any) -> Endpoint:
    return endpoint(service.served.url + "/v1", "replicate", **{"model": MODEL, "secret": "r8_key"} | more)


def test_an_answer_with_its_line_breaks_and_figures(service: Replicate) -> None:
    params = Params(16, temperature=0.5, top_k=5, seed=1, stop=["X", "Y"])
    events = list(ask(at(service), params=params))
    assert text(events) == "你好\n\n!"
    assert (done(events).reason, done(events).usage) == ("stop", Usage(9, 0, 3))
    assert service.paths() == [f"/v1/models/{MODEL}/predictions", "/stream/p1", "/v1/predictions/p1"]
    sent = service.served.talks[0].json
    assert sent["stream"] is True
    assert sent["input"] == {
        "prompt": "你好?",
        "system_prompt": "Be brief.",
        "max_tokens": 16,
        "temperature": 0.5,
        "top_k": 5,
        "seed": 1,
        "stop_sequences": "X,Y",
    }


def test_a_version_and_a_longer_conversation(service: Replicate) -> None:
    turns = [Message("user", "A?"), Message("assistant", "B."), Message("user", "C?")]
    events = list(ask(at(service, model="somebody/model:abc"), turns, params=Params(3)))
    assert done(events).reason == "length"
    sent = service.served.talks[0]
    assert (sent.path, sent.json["version"]) == ("/v1/predictions", "abc")
    assert sent.json["input"]["prompt"] == "User: A?\n\nAssistant: B.\n\nUser: C?\n\nAssistant:"


@pytest.mark.parametrize(
    ("end", "match"),
    [
        (("error", {"detail": "CUDA out of memory"}), "gave up on the answer: CUDA out of memory"),
        (("done", {"reason": "canceled"}), "gave up on the answer: canceled"),
        (("nothing", {}), "broke off in the middle"),
    ],
)
def test_failures_in_the_stream(end: tuple[str, Any], match: str, service: Replicate) -> None:
    service.end = end
    with pytest.raises(Unanswered, match=match):
        list(ask(at(service)))
    assert service.paths()[-1] == "/v1/predictions/p1/cancel"


def test_refusals(service: Replicate) -> None:
    with pytest.raises(Unanswered, match="does not accept the key: You did not pass a valid token"):
        list(ask(at(service, secret="r8_other")))
    service.streams = False
    with pytest.raises(Unanswered, match="cannot stream"):
        list(ask(at(service)))


@pytest.mark.parametrize("how", ["cancelled", "closed"])
def test_what_is_not_wanted_any_more_is_called_off(how: str, service: Replicate) -> None:
    service.parts, service.slow, stop = ("x",) * 200, True, threading.Event()
    events = ask(at(service), cancelled=stop.is_set)
    next(events)
    if how == "closed":
        events.close()  # type: ignore[attr-defined]
    else:
        stop.set()
        assert done(list(events)).reason == "cancelled"
    assert service.paths()[-1] == "/v1/predictions/p1/cancel"
    assert service.served.last.method == "POST"


def test_a_stream_that_leads_to_another_host_is_not_followed(service: Replicate) -> None:
    with serving(lambda talk: talk.reply(200, {})) as other:
        service._urls = lambda: dict.fromkeys(("get", "stream", "cancel"), f"{other.url}/x")  # type: ignore[method-assign]
        with pytest.raises(Unanswered, match="nobody has configured this address"):
            list(ask(at(service)))
        assert other.talks == [], "nor is our key sent there"


def test_the_model_is_looked_for(service: Replicate) -> None:
    assert replicate.models(Line(at(service))) == [MODEL]
    with pytest.raises(Unanswered, match='has no model "a/b"'):
        replicate.models(Line(at(service, model="a/b")))


def test_what_cannot_be_asked(service: Replicate) -> None:
    for more in ({"tools": [Tool("t", "", {})]}, {"schema": {"type": "object"}}, {"params": Params(logprobs=0)}):
        with pytest.raises(InvalidRequest, match="cannot do this"):
            ask(at(service), **more)  # type: ignore[arg-type]
    assert text(list(remote.generate(at(service), Request(prompt="raw")))).startswith("你好")
