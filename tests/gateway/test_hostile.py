"""What is wrong is refused in one sentence, in the shape that both kinds of clients read, and nothing is stored."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from agents.models import Run
from apps.accounts.actions import create_api_key
from apps.accounts.models import User
from apps.audit.models import Event

pytestmark = pytest.mark.django_db(transaction=True)
HELLO = [{"role": "user", "content": "Hello"}]
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
TOOL = {"type": "function", "function": {"name": "f"}}


def allowed(name: str) -> dict[str, Any]:
    return {"mode": "auto", "tools": [{"type": "function", "function": {"name": name}}]}


@pytest.fixture
def raw(url: str, key: str, worker: Any) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
        yield client


def refused(answer: httpx.Response, status: int, param: str | None = None) -> dict[str, Any]:
    """The error, which is a problem document and OpenAI's at once."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "error"} <= set(body)
    assert set(body["error"]) == {"message", "type", "param", "code"}
    assert (body["status"], body["error"]["message"]) == (status, body["detail"])
    assert "Traceback" not in answer.text
    if param is not None:
        assert body["error"]["param"] == param
        assert list(body["errors"]) == [param]
    return dict(body["error"])


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe{}", b'{"model": NaN}', b'{"model": "' + b"\xc3" + b'"}']
    + [b'{"messages":' + b"[" * n + b"]" * n + b"}" for n in (70, 5_000, 200_000)]
    + [b'{"seed": ' + b"9" * 5000 + b"}"],
)
@pytest.mark.parametrize("path", ["chat/completions", "completions", "embeddings"])
def test_bodies_that_are_no_request(raw: httpx.Client, path: str, body: bytes) -> None:
    refused(raw.post(f"/{path}", content=body), 400)
    assert not Run.objects.exists()


def test_ten_megabytes(raw: httpx.Client) -> None:
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "x" * 10_000_000}]})
    assert refused(raw.post("/chat/completions", content=body), 413)["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("param", "more"),
    [
        ("messages", {"messages": None}),
        ("messages", {"messages": []}),
        ("messages", {"messages": "Hello"}),
        ("messages[0]", {"messages": ["Hello"]}),
        ("messages[0].role", {"messages": [{"content": "Hello"}]}),
        ("messages[0].role", {"messages": [{"role": "function", "content": "Hello"}]}),
        ("messages[0].role", {"messages": [{"role": ["user"], "content": "Hello"}]}),
        ("messages[0].content", {"messages": [{"role": "user"}]}),
        ("messages[0].content", {"messages": [{"role": "user", "content": 5}]}),
        ("messages[0].content[0]", {"messages": [{"role": "user", "content": ["Hello"]}]}),
        ("messages[0].content[0].type", {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}),
        ("messages[0].content[0].type", {"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]}),
        ("messages[1].tool_call_id", {"messages": [*HELLO, {"role": "tool", "content": "x", "tool_call_id": "y"}]}),
        ("messages[1].tool_call_id", {"messages": [*HELLO, {"role": "tool", "content": "x"}]}),
        ("messages[0].tool_calls[0].id", {"messages": [{"role": "assistant", "tool_calls": [CALL | {"id": None}]}]}),
        (
            "messages[0].tool_calls[0].function.arguments",
            {"messages": [{"role": "assistant", "tool_calls": [CALL | {"function": {"name": "f", "arguments": "{"}}]}]},
        ),
        ("model", {"model": None}),
        ("model", {"model": 5}),
        ("n", {"n": 17}),
        ("n", {"n": 10**30}),
        ("n", {"n": 0}),
        ("n", {"n": True}),
        ("n", {"n": 1.5}),
        ("temperature", {"temperature": -0.1}),
        ("temperature", {"temperature": "hot"}),
        ("top_p", {"top_p": 1.1}),
        ("max_tokens", {"max_tokens": -1}),
        ("max_tokens", {"max_tokens": "5"}),
        ("max_completion_tokens", {"max_completion_tokens": 0}),
        ("presence_penalty", {"presence_penalty": 3}),
        ("frequency_penalty", {"frequency_penalty": []}),
        ("seed", {"seed": 2**70}),
        ("stop", {"stop": ""}),
        ("stop", {"stop": [""]}),
        ("stop", {"stop": [5]}),
        ("stop", {"stop": ["x"] * 33}),
        ("stop", {"stop": "x" * 501}),
        ("logit_bias", {"logit_bias": {"word": 1}}),
        ("logit_bias.5", {"logit_bias": {"5": 101}}),
        ("logit_bias", {"logit_bias": [1]}),
        ("logprobs", {"logprobs": 5}),
        ("top_logprobs", {"top_logprobs": 5}),
        ("top_logprobs", {"logprobs": True, "top_logprobs": 21}),
        ("stream", {"stream": "yes"}),
        ("stream_options", {"stream_options": {"include_usage": True}}),
        ("tools", {"tools": TOOL}),
        ("tools", {"tools": [TOOL, TOOL]}),
        ("tools[0].type", {"tools": [{"type": "web_search"}]}),
        ("tools[0].function", {"tools": [{"type": "function"}]}),
        ("tools[0].function.name", {"tools": [{"type": "function", "function": {"name": "a b"}}]}),
        (
            "tools[0].function.parameters",
            {"tools": [{"type": "function", "function": {"name": "f", "parameters": []}}]},
        ),
        ("tool_choice", {"tool_choice": "required"}),
        ("tool_choice", {"tools": [TOOL], "tool_choice": "any"}),
        ("tool_choice", {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "g"}}}),
        ("tool_choice.function", {"tools": [TOOL], "tool_choice": {"type": "function"}}),
        ("tool_choice", {"tools": [TOOL], "tool_choice": {"type": "allowed_tools", "allowed_tools": allowed("g")}}),
        (
            "tool_choice.allowed_tools.tools",
            {"tools": [TOOL], "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto"}}},
        ),
        (
            "tool_choice.allowed_tools.mode",
            {"tools": [TOOL], "tool_choice": {"type": "allowed_tools", "allowed_tools": allowed("f") | {"mode": "x"}}},
        ),
        ("response_format", {"response_format": "json"}),
        ("response_format.type", {"response_format": {"type": "xml"}}),
        ("response_format.json_schema.schema", {"response_format": {"type": "json_schema"}}),
        ("functions", {"functions": [{"name": "f"}]}),
        ("audio", {"audio": {"voice": "alloy"}}),
        ("modalities", {"modalities": ["text", "audio"]}),
    ],
)
def test_fields_that_cannot_be(raw: httpx.Client, param: str, more: dict[str, Any]) -> None:
    body = json.dumps({"model": "m", "messages": HELLO} | more)
    error = refused(raw.post("/chat/completions", content=body), 400, param)
    assert error["type"] == "invalid_request_error"
    assert not Run.objects.exists()
    assert not Event.objects.filter(action="completion.ask").exists()


def test_a_number_beyond_all_numbers(raw: httpx.Client) -> None:
    body = json.dumps({"model": "m", "messages": HELLO, "temperature": 0}).replace('": 0}', '": 1e999}')
    refused(raw.post("/chat/completions", content=body), 400, "temperature")


@pytest.mark.parametrize(
    ("param", "more"),
    [
        ("prompt", {"prompt": None}),
        ("prompt", {"prompt": ""}),
        ("prompt", {"prompt": [1, 2, 3]}),
        ("prompt", {"prompt": [[1], [2]]}),
        ("prompt", {"prompt": ["x"] * 17}),
        ("n", {"prompt": ["x"] * 9, "n": 2}),
        ("suffix", {"suffix": 5}),
        ("logprobs", {"logprobs": 6}),
        ("logprobs", {"logprobs": True}),
        ("echo", {"echo": True, "logprobs": 1}),
        ("best_of", {"best_of": 3}),
        ("max_tokens", {"max_tokens": 0}),
    ],
)
def test_fields_of_raw_completions(raw: httpx.Client, param: str, more: dict[str, Any]) -> None:
    refused(raw.post("/completions", json={"model": "m", "prompt": "Hello"} | more), 400, param)
    assert not Run.objects.exists()


def test_what_the_model_cannot_do_is_a_refusal_too(raw: httpx.Client, model: str) -> None:
    long = {"model": model, "messages": [{"role": "user", "content": "word " * 20_000}]}
    for stream in (False, True):
        error = refused(raw.post("/chat/completions", json=long | {"stream": stream}), 400)
        assert (error["code"], "tokens" in error["message"]) == ("context_length_exceeded", True)
    schema = {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "nonsense"}}}
    error = refused(
        raw.post("/chat/completions", json={"model": model, "messages": HELLO, "response_format": schema}), 400
    )
    assert error["code"] == "invalid_request"


def test_text_that_no_database_can_hold_is_no_fault(raw: httpx.Client, model: str) -> None:
    body = {"model": model, "max_tokens": 3}
    content = rb'"a\u0000b \ud83d \ude00"'
    answer = raw.post(
        "/chat/completions",
        content=json.dumps(body | {"messages": "M"})
        .encode()
        .replace(b'"M"', b'[{"role": "user", "content": ' + content + b"}]"),
    )
    assert answer.status_code == 200, answer.text
    assert Run.objects.get().input["messages"][0]["content"] == "ab ? ?"


def test_arguments_that_no_database_can_hold_are_no_fault(raw: httpx.Client, model: str) -> None:
    function = {"name": "f", "arguments": r'{"a": NaN, "b": "x\u0000", "c": "\ud800"}'}
    called = {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": function}]}
    turns = [*HELLO, called, {"role": "tool", "tool_call_id": "1", "content": "3"}]
    answer = raw.post("/chat/completions", json={"model": model, "max_tokens": 3, "messages": turns})
    assert answer.status_code == 200, answer.text
    kept = Run.objects.get().input["messages"][1]["tool_calls"][0]["arguments"]
    assert kept == {"a": "nan", "b": "x", "c": "?"}


def test_fields_that_are_null_or_unknown_are_as_if_not_sent(raw: httpx.Client, model: str) -> None:
    body = {"model": model, "messages": HELLO, "max_tokens": 3, "tools": None, "stop": None, "user": "emma", "foo": [1]}
    assert raw.post("/chat/completions", json=body).status_code == 200


def test_methods_paths_and_models_that_are_not(raw: httpx.Client, model: str) -> None:
    refused(raw.get("/chat/completions"), 405)
    refused(raw.post("/models", json={}), 405)
    refused(raw.get("/files"), 404)
    refused(raw.post("/responses", json={"model": model, "input": "Hello"}), 404)
    for path, body in (
        ("chat/completions", {"messages": HELLO}),
        ("completions", {"prompt": "x"}),
        ("embeddings", {"input": "x"}),
    ):
        assert refused(raw.post(f"/{path}", json=body | {"model": "gpt-9"}), 404, "model")["code"] == "model_not_found"
    refused(raw.post("/embeddings", json={"input": "x", "model": model}), 404, "model")
    refused(raw.post("/completions", json={"prompt": "x", "model": "assistant/quarry"}), 404, "model")


def test_keys(url: str, employee: User, worker: Any, model: str) -> None:
    asked: dict[str, Any] = {"model": model, "messages": HELLO, "max_tokens": 2}
    for headers in ({}, {"Authorization": "Bearer qk_wrong"}, {"Authorization": "Basic abc"}):
        answer = httpx.post(f"{url}/chat/completions", json=asked, headers=headers)
        assert refused(answer, 401)["code"] == "invalid_api_key"
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="quarry"'
    reading = create_api_key(None, employee, "reads", ["read"])[1]
    with (
        openai.OpenAI(base_url=url, api_key=reading, max_retries=0) as client,
        pytest.raises(openai.PermissionDeniedError),
    ):
        client.chat.completions.create(**asked)
    asking = create_api_key(None, employee, "asks", ["chat"])[1]
    with openai.OpenAI(base_url=url, api_key=asking, max_retries=0) as client:
        assert client.chat.completions.create(**asked).choices
    assert Run.objects.count() == 1


def test_a_browsers_session_is_no_key(client: Any, employee: User, django_user_model: Any) -> None:
    from django.test import Client

    browser = Client()
    browser.force_login(employee, backend="allauth.account.auth_backends.AuthenticationBackend")
    asked = {"model": "m", "messages": HELLO}
    assert browser.post("/v1/chat/completions", asked, content_type="application/json").status_code == 401
    assert browser.get("/v1/models").status_code == 401
    basic = {"authorization": "Basic dTpw"}
    assert browser.post("/v1/chat/completions", asked, "application/json", headers=basic).status_code == 401
    assert browser.get("/v1/models", headers=basic).status_code == 401


def test_errors_are_the_officials_clients_exceptions(client: openai.OpenAI, model: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model=model, messages=[], max_tokens=2)
    assert (caught.value.param, caught.value.type, caught.value.code) == (
        "messages",
        "invalid_request_error",
        "validation",
    )


def test_a_full_queue_is_a_rate_limit_with_a_time(
    client: openai.OpenAI, model: str, employee: User, settings: Any
) -> None:
    settings.QUARRY_MAX_WAITING = 4
    Run.objects.create(person=employee, status="queued", kind="question", input={"question": "Hello"})
    with pytest.raises(openai.RateLimitError) as caught:
        client.chat.completions.create(model=model, messages=[{"role": "user", "content": "Hello"}])
    assert caught.value.code == "rate_limit_exceeded"
    assert int(caught.value.response.headers["Retry-After"]) >= 1
    assert Run.objects.count() == 1


def test_sentences_come_in_the_readers_language(raw: httpx.Client, model: str) -> None:
    answer = raw.post("/chat/completions", json={"model": model, "messages": []}, headers={"Accept-Language": "zh-TW"})
    assert refused(answer, 400)["message"] == "messages 至少要有一則訊息。"


def test_the_same_idempotency_key_asks_once(raw: httpx.Client, model: str) -> None:
    asked = {"model": model, "messages": HELLO, "max_tokens": 3}
    first, again = [raw.post("/chat/completions", json=asked, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert (first.status_code, first.content) == (200, again.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Run.objects.count() == 1
    refused(raw.post("/chat/completions", json=asked | {"n": 2}, headers={"Idempotency-Key": "k"}), 422)


def test_a_request_without_its_audit_event_does_not_happen(
    raw: httpx.Client, model: str, refusing: Any, employee: User
) -> None:
    with refusing("completion.ask"):
        answer = raw.post("/chat/completions", json={"model": model, "messages": HELLO, "max_tokens": 3})
    assert refused(answer, 500)["type"] == "server_error"
    assert not Run.objects.exists()
