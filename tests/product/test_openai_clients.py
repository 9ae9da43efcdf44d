"""The whole product and the real model, by the official client: chat, tools, the assistant, a worker that is killed."""

import json
import os
import signal
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from tests.fixtures.product import Product

pytestmark = pytest.mark.model
HANDBOOK = b"""# Controllers

The warranty of the FS-8 controller is 30 months from the day of delivery.

The reserve pump starts by itself when the pressure falls below 4 bar.
"""
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The current weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@pytest.fixture(scope="module")
def client(product: Product) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{product.url}/v1", api_key=product.key, max_retries=0, timeout=180) as made:
        yield made


@pytest.fixture(scope="module")
def model(client: openai.OpenAI) -> str:
    return next(each.id for each in client.models.list() if (each.model_extra or {})["kind"] == "chat")


def test_it_answers(client: openai.OpenAI, model: str) -> None:
    messages: Any = [{"role": "user", "content": "What is the capital of Japan? Answer in one word."}]
    whole = client.chat.completions.create(model=model, messages=messages, max_tokens=12)
    assert "Tokyo" in (whole.choices[0].message.content or "")
    assert whole.choices[0].finish_reason == "stop"
    chunks = list(client.chat.completions.create(model=model, messages=messages, max_tokens=12, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == whole.choices[0].message.content


def test_a_tool_is_called_and_its_result_is_used(client: openai.OpenAI, model: str) -> None:
    messages: list[Any] = [{"role": "user", "content": "What is the weather in Taipei now? Use the tool."}]
    asked = client.chat.completions.create(model=model, messages=messages, tools=[WEATHER], max_tokens=80)
    message = asked.choices[0].message
    assert asked.choices[0].finish_reason == "tool_calls"
    [call] = message.tool_calls or []
    assert call.type == "function"
    assert "Taipei" in json.loads(call.function.arguments)["city"]
    result = {"role": "tool", "tool_call_id": call.id, "content": '{"temperature": "23 degrees", "sky": "clear"}'}
    messages += [message.model_dump(exclude_none=True), result]
    told = client.chat.completions.create(
        model=model, messages=messages, tools=[WEATHER], tool_choice="none", max_tokens=60
    )
    assert "23" in (told.choices[0].message.content or "")


def test_the_assistant_cites_what_it_says(product: Product, client: openai.OpenAI) -> None:
    collection = product.collection("For programs")
    document = product.upload(collection, "handbook.md", HANDBOOK)
    assert product.settled(document)["status"] == "ready"
    messages: Any = [{"role": "user", "content": "How long is the warranty of the FS-8 controller?"}]
    chosen = {"collections": [collection]}
    made = client.chat.completions.create(model="assistant/quarry", messages=messages, extra_body=chosen)
    message = made.choices[0].message
    citations = (message.model_extra or {})["citations"]
    assert citations
    assert all(f"[{each['marker']}]" in (message.content or "") for each in citations)
    assert {each["document_id"] for each in citations} == {document}
    assert all(each["quote"] in HANDBOOK.decode() for each in citations)


def test_a_killed_worker_is_one_clear_error_for_who_had_read_something(
    product: Product, client: openai.OpenAI, model: str
) -> None:
    messages: Any = [{"role": "user", "content": "Count from 1 to 300, separated by commas."}]
    stream = client.chat.completions.create(model=model, messages=messages, max_tokens=400, stream=True)
    for chunk in stream:
        if chunk.choices[0].delta.content:
            break
    os.kill(product.running.child("-Q inference"), signal.SIGKILL)
    with pytest.raises(openai.APIError) as caught:
        list(stream)
    assert (caught.value.code, caught.value.type) == ("interrupted", "server_error")
    product.ready()
    made = client.chat.completions.create(model=model, messages=messages, max_tokens=4)
    assert made.choices[0].message.content
