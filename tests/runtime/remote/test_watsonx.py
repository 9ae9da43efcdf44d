"""watsonx.ai's protocol, against a server that insists on IBM Cloud's token and renews it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from quarry.runtime import InvalidRequest, Params, Tool, ToolCall, Usage
from quarry.runtime.remote import Endpoint, Unanswered, iam, watsonx
from quarry.runtime.remote.line import Line

from .conftest import ask, done, endpoint, text
from .serving import Served, Talk, chunk, serving

SPECIAL = "urn:ibm:params:oauth:grant-type:apikey"


@dataclass
class Cloud:
    """IAM and watsonx.ai at one address. A token is good for `lasts` seconds, whatever it says."""

    lasts: float = 3600.0
    says: int = 3600
    tokens: dict[str, float] = field(default_factory=dict)
    served: Served = field(default_factory=lambda: Served(""))
    chunks: tuple[dict[str, Any], ...] = ()

    def __call__(self, talk: Talk) -> None:
        if talk.path == "/identity/token":
            self._exchange(talk)
        elif time.time() > self.tokens.get(talk.headers.get("authorization", "").removeprefix("Bearer "), 0):
            code = {"code": "authentication_token_expired", "message": "Failed to authenticate the request"}
            talk.reply(401, {"errors": [code], "trace": "t", "status_code": 401})
        elif talk.path == "/ml/v1/foundation_model_specs":
            talk.reply(200, {"total_count": 1, "resources": [{"model_id": "ibm/granite-4-h-small"}]})
        elif talk.path == "/ml/v1/text/chat_stream" and ("project_id" in talk.json) != ("space_id" in talk.json):
            talk.stream("text/event-stream", self._events())
        else:
            talk.reply(404, {"errors": [{"code": "not_found", "message": "No such address"}]})

    def _exchange(self, talk: Talk) -> None:
        form = dict(pair.split("=") for pair in talk.body.decode().split("&"))
        if form["apikey"] != "the-key" or form["grant_type"] != SPECIAL.replace(":", "%3A"):
            message = "Provided API key could not be found."
            talk.reply(400, {"errorCode": "BXNIM0415E", "errorMessage": message})
            return
        token = f"token-{len(self.tokens)}"
        self.tokens[token] = time.time() + self.lasts
        body = {"access_token": token, "refresh_token": "not_supported", "token_type": "Bearer"}
        talk.reply(200, body | {"expires_in": self.says, "expiration": int(time.time()) + self.says})

    def _events(self) -> Iterator[bytes]:
        """With ids and names, as watsonx.ai has them, and no [DONE]."""
        import json

        for number, each in enumerate(self.chunks, 1):
            yield f"id: {number}\nevent: message\ndata: {json.dumps(each)}\n\n".encode()
        yield b"id: 99\nevent: close\ndata: {}\n\n"

    def paths(self) -> list[str]:
        return [talk.path.rpartition("/")[2] for talk in self.served.talks]


FIGURES = {"usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}}
HELLO = (chunk({"role": "assistant", "content": "你"}), chunk({"content": "好"}), chunk({"content": ""}, "stop"))


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    found = Cloud(chunks=(*HELLO, {"choices": [], **FIGURES}))
    with serving(found) as found.served:
        yield found


def watson(cloud: Cloud, **extra: str) -> Endpoint:
    fields = {"project_id": "p", "iam_url": cloud.served.url} | extra
    return endpoint(cloud.served.url, "watsonx", secret="the-key", extra=fields)


def test_an_answer_with_the_token_that_the_key_was_exchanged_for(cloud: Cloud) -> None:
    tool = Tool("weather", "Tells", {"type": "object"})
    events = list(ask(watson(cloud), tools=[tool], choice="required", params=Params(9, logprobs=1, stop=["."])))
    assert (text(events), done(events).usage) == ("你好", Usage(7, 0, 2))
    asked = cloud.served.last
    assert (asked.query, asked.headers["authorization"]) == ({"version": ["2025-02-11"]}, "Bearer token-0")
    body = asked.json
    assert (body["model_id"], body["project_id"], body["tool_choice_option"]) == ("m", "p", "required")
    assert {"model", "stream", "stream_options", "tool_choice"}.isdisjoint(body)
    assert (body["top_logprobs"], body["stop"], body["tools"][0]["function"]["name"]) == (1, ["."], "weather")


def test_the_token_is_kept_and_renewed_before_it_expires(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    to = watson(cloud)
    assert [text(list(ask(to))) for _ in range(3)] == ["你好"] * 3
    assert cloud.paths() == ["token", "chat_stream", "chat_stream", "chat_stream"]
    now = time.time()
    monkeypatch.setattr(iam.time, "time", lambda: now + 3600 - iam.EARLY + 1)
    assert text(list(ask(to))) == "你好"
    assert cloud.paths()[4:] == ["token", "chat_stream"]
    assert cloud.served.last.headers["authorization"] == "Bearer token-1"


def test_a_token_that_is_refused_early_is_replaced_once(cloud: Cloud) -> None:
    to = watson(cloud)
    list(ask(to))
    cloud.tokens = {"token-0": 0.0}
    assert text(list(ask(to))) == "你好"
    assert cloud.paths()[2:] == ["chat_stream", "token", "chat_stream"]
    cloud.lasts = -1
    cloud.tokens = dict.fromkeys(cloud.tokens, 0.0)
    with pytest.raises(Unanswered, match="does not accept the key: Failed to authenticate the request"):
        list(ask(to))
    assert cloud.paths()[5:] == ["chat_stream", "token", "chat_stream"]


def test_many_at_once_share_one_exchange(cloud: Cloud) -> None:
    to = watson(cloud)
    threads = [threading.Thread(target=lambda: list(ask(to))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert (cloud.paths().count("token"), cloud.paths().count("chat_stream")) == (1, 4)


def test_a_key_that_does_not_exist(cloud: Cloud) -> None:
    wrong = endpoint(cloud.served.url, "watsonx", secret="other", extra={"iam_url": cloud.served.url, "space_id": "s"})
    with pytest.raises(Unanswered, match=r"does not accept the key: .*Provided API key could not be found"):
        list(ask(wrong))


def test_calls_and_models(cloud: Cloud) -> None:
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    cloud.chunks = (chunk({"tool_calls": [call]}), chunk({}, "tool_calls"))
    to = watson(cloud, project_id="", space_id="s")
    assert next(ask(to, tools=[Tool("weather", "", {})])) == ToolCall("c", "weather", {})
    assert cloud.served.last.json["space_id"] == "s"
    assert watsonx.models(Line(to)) == ["ibm/granite-4-h-small"]


def test_what_cannot_be_asked(cloud: Cloud) -> None:
    with pytest.raises(InvalidRequest, match="needs a project_id or a space_id"):
        list(ask(watson(cloud, project_id="")))
    with pytest.raises(InvalidRequest, match="top_k and min_p"):
        ask(watson(cloud), params=Params(min_p=0.1))
