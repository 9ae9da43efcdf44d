"""Raw completions with the official client."""

from typing import Any

import openai
import pytest
from openai.types import Completion

from agents.models import Run
from tests.gateway.test_chat import strict

pytestmark = pytest.mark.django_db(transaction=True)


def text_of(chunks: list[Completion], index: int = 0) -> str:
    return "".join(choice.text for chunk in chunks for choice in chunk.choices if choice.index == index)


def test_a_text_goes_on(client: openai.OpenAI, model: str) -> None:
    made = strict(client.completions.create(model=model, prompt="Once upon a time", max_tokens=12))
    [choice] = made.choices
    assert (made.object, choice.finish_reason, made.usage.completion_tokens) == ("text_completion", "length", 12)
    assert choice.text
    assert made.usage.prompt_tokens == 4 or made.usage.prompt_tokens > 0


def test_sixteen_tokens_unless_asked_for_more(client: openai.OpenAI, model: str) -> None:
    made = client.completions.create(model=model, prompt="Once upon a time")
    assert made.usage is not None
    assert made.usage.completion_tokens == 16


def test_a_stream_says_what_the_whole_says(client: openai.OpenAI, model: str) -> None:
    asked: dict[str, Any] = {"model": model, "prompt": "Once upon", "max_tokens": 30}
    whole = client.completions.create(**asked).choices[0].text
    chunks = list(client.completions.create(**asked, stream=True, stream_options={"include_usage": True}))
    assert text_of(chunks) == whole
    assert chunks[-2].choices[0].finish_reason == "length"
    assert (chunks[-1].choices, chunks[-1].usage.completion_tokens) == ([], 30)


def test_several_prompts_with_several_choices(client: openai.OpenAI, model: str) -> None:
    asked: dict[str, Any] = {
        "model": model,
        "prompt": ["Once", "Twice and"],
        "max_tokens": 8,
        "n": 2,
        "temperature": 1,
        "seed": 3,
    }
    made = client.completions.create(**asked)
    assert [choice.index for choice in made.choices] == [0, 1, 2, 3]
    assert len({choice.text for choice in made.choices}) == 4
    assert made.usage is not None
    assert made.usage.completion_tokens == 32
    chunks = list(client.completions.create(**asked, stream=True))
    assert [text_of(chunks, index) for index in range(4)] == [choice.text for choice in made.choices]


def test_echo_begins_with_the_prompt(client: openai.OpenAI, model: str) -> None:
    asked: dict[str, Any] = {"model": model, "prompt": ["One ", "Two "], "max_tokens": 5, "echo": True}
    made = client.completions.create(**asked)
    assert [choice.text[:4] for choice in made.choices] == ["One ", "Two "]
    chunks = list(client.completions.create(**asked, stream=True))
    assert [text_of(chunks, index) for index in (0, 1)] == [choice.text for choice in made.choices]


def test_stops(client: openai.OpenAI, model: str) -> None:
    free = client.completions.create(model=model, prompt="Once", max_tokens=40).choices[0].text
    stop = free[10:13]
    made = client.completions.create(model=model, prompt="Once", max_tokens=40, stop=[stop])
    assert (made.choices[0].finish_reason, made.choices[0].text) == ("stop", free[: free.index(stop)])


def test_nothing_of_a_chat_stands_around_the_prompt(client: openai.OpenAI, model: str) -> None:
    raw = client.completions.create(model=model, prompt="Hello", max_tokens=2)
    chat = client.chat.completions.create(model=model, messages=[{"role": "user", "content": "Hello"}], max_tokens=2)
    assert raw.usage is not None
    assert chat.usage is not None
    assert raw.usage.prompt_tokens < chat.usage.prompt_tokens
    assert Run.objects.count() == 2
