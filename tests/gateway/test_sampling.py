"""Tools, log-probabilities and the parameters of sampling, as the official client asks for them."""

import json
import math
from typing import Any

import openai
import pytest
from quarry import runtime

from tests.gateway.test_chat import HELLO, WEATHER, strict

pytestmark = pytest.mark.django_db(transaction=True)
CLOCK: Any = {"type": "function", "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}}}


def test_a_tool_that_must_be_called_is(client: openai.OpenAI, model: str) -> None:
    tools: Any = [WEATHER, CLOCK]
    made = strict(
        client.chat.completions.create(
            model=model, messages=HELLO, tools=tools, tool_choice="required", max_tokens=200, parallel_tool_calls=False
        )
    )
    assert made.choices[0].finish_reason == "tool_calls"
    [call] = made.choices[0].message.tool_calls
    assert call.function.name in ("get_weather", "get_time")
    assert isinstance(json.loads(call.function.arguments), dict)
    assert not made.choices[0].message.content


def test_a_tool_that_is_named_is_the_one(client: openai.OpenAI, model: str) -> None:
    tools: Any = [WEATHER, CLOCK]
    named: Any = {"type": "function", "function": {"name": "get_weather"}}
    made = client.chat.completions.create(model=model, messages=HELLO, tools=tools, tool_choice=named, max_tokens=200)
    calls = made.choices[0].message.tool_calls or []
    assert {call.function.name for call in calls if call.type == "function"} == {"get_weather"}
    assert json.loads(calls[0].function.arguments)["city"] in ("Taipei", "Tainan")  # type: ignore[union-attr]


def test_some_of_the_tools_may_be_allowed(client: openai.OpenAI, model: str) -> None:
    tools: Any = [WEATHER, CLOCK]
    allowed: Any = {"mode": "required", "tools": [{"type": "function", "function": {"name": "get_time"}}]}
    some: Any = {"type": "allowed_tools", "allowed_tools": allowed}
    asked: dict[str, Any] = {"model": model, "messages": HELLO, "tools": tools, "max_tokens": 200}
    made = client.chat.completions.create(**asked, tool_choice=some)
    calls = made.choices[0].message.tool_calls or []
    assert {call.function.name for call in calls if call.type == "function"} == {"get_time"}
    free = client.chat.completions.create(**asked, tool_choice="required")
    assert made.usage
    assert free.usage
    assert made.usage.prompt_tokens == free.usage.prompt_tokens


def test_calls_in_a_stream_are_those_of_the_whole(client: openai.OpenAI, model: str) -> None:
    asked: dict[str, Any] = {"model": model, "messages": HELLO, "tools": [WEATHER], "tool_choice": "required"}
    asked |= {"max_tokens": 200, "parallel_tool_calls": False}
    [whole] = client.chat.completions.create(**asked).choices[0].message.tool_calls
    chunks = list(client.chat.completions.create(**asked, stream=True))
    assert all(strict(chunk) for chunk in chunks)
    calls = [call for chunk in chunks for choice in chunk.choices for call in choice.delta.tool_calls or []]
    assert [call.index for call in calls] == [0]
    assert (calls[0].function.name, calls[0].function.arguments) == (whole.function.name, whole.function.arguments)
    assert (calls[0].type, bool(calls[0].id)) == ("function", True)
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


def test_what_was_called_goes_back_into_the_conversation(client: openai.OpenAI, model: str) -> None:
    asked: dict[str, Any] = {"model": model, "tools": [WEATHER], "max_tokens": 200}
    made = client.chat.completions.create(messages=HELLO, tool_choice="required", **asked)
    message = made.choices[0].message
    results = [{"role": "tool", "tool_call_id": call.id, "content": "21"} for call in message.tool_calls or []]
    messages = [*HELLO, message.model_dump(exclude_none=True), *results]
    assert client.chat.completions.create(messages=messages, tool_choice="none", **asked).choices[0].message.content


def test_log_probabilities(client: openai.OpenAI, model: str) -> None:
    asked: dict[str, Any] = {"model": model, "messages": HELLO, "max_tokens": 10, "logprobs": True, "top_logprobs": 3}
    made = strict(client.chat.completions.create(**asked))
    content = made.choices[0].logprobs.content
    assert len(content) == 10
    for token in content:
        assert len(token.top_logprobs) == 3
        assert token.logprob <= 0
        assert token.logprob == pytest.approx(max(each.logprob for each in token.top_logprobs)), "it was greedy"
    written = bytes(byte for token in content for byte in token.bytes).decode("utf-8", "replace")
    assert written.startswith((made.choices[0].message.content or "").rstrip("\ufffd"))
    chunks = list(client.chat.completions.create(**asked, stream=True))
    assert all(strict(chunk) for chunk in chunks)
    streamed = [each for chunk in chunks if chunk.choices[0].logprobs for each in chunk.choices[0].logprobs.content]
    assert [(each.token, each.bytes) for each in streamed] == [(each.token, each.bytes) for each in content]
    assert client.chat.completions.create(model=model, messages=HELLO, max_tokens=3).choices[0].logprobs is None


def test_log_probabilities_of_raw_text(client: openai.OpenAI, model: str) -> None:
    asked: dict[str, Any] = {"model": model, "prompt": "Once", "max_tokens": 8, "logprobs": 2}
    made = strict(client.completions.create(**asked))
    found = made.choices[0].logprobs
    assert len(found.tokens) == len(found.token_logprobs) == len(found.top_logprobs) == len(found.text_offset) == 8
    assert found.text_offset == [sum(map(len, found.tokens[:place])) for place in range(8)]
    chunks = list(client.completions.create(**asked, stream=True))
    pieces = [chunk.choices[0].logprobs for chunk in chunks if chunk.choices[0].logprobs]
    assert [token for piece in pieces for token in piece.tokens] == found.tokens
    assert [offset for piece in pieces for offset in piece.text_offset] == found.text_offset


def test_a_bias_decides(client: openai.OpenAI, model: str) -> None:
    asked: dict[str, Any] = {"model": model, "messages": HELLO, "max_tokens": 6, "logprobs": True}
    made = client.chat.completions.create(**asked, logit_bias={"65": 100})
    tokens = [each.bytes for each in made.choices[0].logprobs.content]
    assert len({tuple(token) for token in tokens}) == 1, "nothing else comes against a bias of 100"
    free = client.chat.completions.create(**asked)
    assert [each.bytes for each in free.choices[0].logprobs.content] != tokens


def test_penalties_reach_the_sampler(client: openai.OpenAI, model: str) -> None:
    asked: dict[str, Any] = {"model": model, "messages": HELLO, "max_tokens": 40, "logprobs": True}

    def kinds(**more: Any) -> int:
        content = client.chat.completions.create(**asked, **more).choices[0].logprobs.content
        return len({tuple(each.bytes) for each in content})

    assert kinds(logit_bias={"65": 20}) == 1
    assert kinds(logit_bias={"65": 20}, frequency_penalty=2) > 1, "after ten times it has lost its advance"
    assert kinds(logit_bias={"65": 20}, presence_penalty=2) == 1, "which is small against it, however often it came"
    assert kinds(presence_penalty=2) > kinds()


def test_a_cold_and_narrow_choice_is_the_greedy_one(client: openai.OpenAI, model: str) -> None:
    asked: dict[str, Any] = {"model": model, "messages": HELLO, "max_tokens": 20}
    greedy = client.chat.completions.create(**asked).choices[0].message.content
    for more in ({"extra_body": {"top_k": 1}}, {"top_p": 0}, {"extra_body": {"min_p": 1}}):
        made = client.chat.completions.create(**asked, temperature=1, seed=5, **more)
        assert made.choices[0].message.content == greedy
    for more in ({}, {"extra_body": {"top_k": -1}}):
        assert (
            client.chat.completions.create(**asked, temperature=2, seed=5, **more).choices[0].message.content != greedy
        )


def test_probabilities_add_up(client: openai.OpenAI, model: str) -> None:
    made = client.chat.completions.create(model=model, messages=HELLO, max_tokens=1, logprobs=True, top_logprobs=20)
    content = made.choices[0].logprobs.content  # type: ignore[union-attr]
    assert 0 < sum(math.exp(each.logprob) for each in content[0].top_logprobs) <= 1.0001  # type: ignore[index]


def test_what_the_runtime_itself_refuses_is_a_bad_request(
    client: openai.OpenAI, model: str, worker: runtime.ModelInfo
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model=model, messages=HELLO, max_tokens=2, logit_bias={"999999999": 1})
    assert caught.value.code == "invalid_request"
