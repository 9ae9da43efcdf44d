"""Chat completions with the official client. What the tiny model writes is nonsense; its form is not."""

import asyncio
import json
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from quarry import runtime
from quarry.api.streaming import in_thread

from agents.models import Run
from apps.accounts.models import User
from apps.audit.models import Event

pytestmark = pytest.mark.django_db(transaction=True)
HELLO: list[Any] = [{"role": "user", "content": "Hello"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"enum": ["Taipei", "Tainan"]}}, "required": ["city"]},
    },
}


def strict(answer: Any) -> Any:
    """The answer, read once more with every type checked: the client itself lets wrong ones pass."""
    return type(answer).model_validate(answer.model_dump(exclude_unset=True, warnings="error"), strict=True)


def text_of(chunks: list[ChatCompletionChunk], index: int = 0) -> str:
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices if choice.index == index]
    return "".join(delta.content or "" for delta in deltas)


def test_an_answer(client: openai.OpenAI, model: str, employee: User, worker: runtime.ModelInfo) -> None:
    answer = client.chat.completions.create(model=model, messages=HELLO, max_tokens=12)
    assert isinstance(strict(answer), ChatCompletion)
    [choice] = answer.choices
    assert (choice.finish_reason, choice.message.role, answer.model) == ("length", "assistant", model)
    assert choice.message.content
    usage = answer.usage
    assert usage is not None
    assert usage.completion_tokens == 12
    assert usage.total_tokens == usage.prompt_tokens + 12
    assert usage.prompt_tokens_details is not None
    assert answer.system_fingerprint == f"fp_{worker.sha256[:12]}"
    run = Run.objects.get()
    assert (run.kind, run.status, run.person_id) == ("completion", "completed", employee.pk)


def test_what_was_read_before_is_cached(client: openai.OpenAI, model: str) -> None:
    messages: list[Any] = [{"role": "system", "content": "Be brief. " * 30}, *HELLO]
    first = client.chat.completions.create(model=model, messages=messages, max_tokens=4)
    messages += [
        {"role": "assistant", "content": first.choices[0].message.content},
        {"role": "user", "content": "Go on"},
    ]
    usage = client.chat.completions.create(model=model, messages=messages, max_tokens=4).usage
    assert usage is not None
    assert usage.prompt_tokens_details is not None
    assert (usage.prompt_tokens_details.cached_tokens or 0) > 30


def test_a_stream_says_what_the_whole_says(client: openai.OpenAI, model: str) -> None:
    asked: dict[str, Any] = {"model": model, "messages": HELLO, "max_tokens": 40}
    whole = client.chat.completions.create(**asked)
    options: Any = {"include_usage": True}
    chunks = list(client.chat.completions.create(**asked, stream=True, stream_options=options))
    assert all(strict(chunk) for chunk in chunks)
    assert text_of(chunks) == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-2].choices[0].finish_reason == "length"
    assert (chunks[-1].choices, chunks[-1].usage.completion_tokens) == ([], 40)
    assert [chunk.usage for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert len({chunk.id for chunk in chunks}) == 1
    plain = list(client.chat.completions.create(**asked, stream=True))
    assert plain[-1].choices[0].finish_reason == "length"


def test_several_choices_side_by_side(client: openai.OpenAI, model: str) -> None:
    asked: dict[str, Any] = {"model": model, "messages": HELLO, "max_tokens": 20, "n": 3, "temperature": 1, "seed": 7}
    whole = client.chat.completions.create(**asked)
    texts = [choice.message.content for choice in whole.choices]
    assert [choice.index for choice in whole.choices] == [0, 1, 2]
    assert len(set(texts)) == 3, "each has a seed of its own"
    assert whole.usage is not None
    assert 20 < whole.usage.completion_tokens <= 60
    chunks = list(client.chat.completions.create(**asked, stream=True))
    assert [text_of(chunks, index) for index in range(3)] == texts, "and the same seeds again"
    ends = [choice for chunk in chunks for choice in chunk.choices if choice.finish_reason]
    assert sorted(end.index for end in ends) == [0, 1, 2]
    run = Run.objects.order_by("created_at").first()
    assert run is not None
    assert (whole.usage.prompt_tokens, run.usage["prompt_tokens"]) == (run.usage["prompt_tokens"],) * 2


def test_a_seed_repeats_and_another_does_not(client: openai.OpenAI, model: str) -> None:
    def write(seed: int) -> str | None:
        made = client.chat.completions.create(model=model, messages=HELLO, max_tokens=20, temperature=1.0, seed=seed)
        return made.choices[0].message.content

    assert write(1) == write(1)
    assert write(1) != write(2)


def test_the_older_and_the_newer_name_of_the_bound(client: openai.OpenAI, model: str) -> None:
    for name in ("max_tokens", "max_completion_tokens"):
        usage = client.chat.completions.create(model=model, messages=HELLO, **{name: 5}).usage  # type: ignore[call-overload]
        assert usage.completion_tokens == 5


def test_a_stop_sequence_ends_the_answer_and_is_not_part_of_it(client: openai.OpenAI, model: str) -> None:
    free = client.chat.completions.create(model=model, messages=HELLO, max_tokens=40).choices[0].message.content or ""
    stop = free[len(free) // 2 :][:3]
    for given in (stop, ["never-ever", stop]):
        made = client.chat.completions.create(model=model, messages=HELLO, max_tokens=40, stop=given)
        assert made.choices[0].finish_reason == "stop"
        assert made.choices[0].message.content == free[: free.index(stop)]


def test_a_schema_is_kept_in_both_forms(client: openai.OpenAI, model: str) -> None:
    schema = {"type": "object", "properties": {"ok": {"enum": ["yes", "no"]}}, "required": ["ok"]}
    wanted: Any = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
    made = client.chat.completions.create(model=model, messages=HELLO, response_format=wanted, max_tokens=80)
    assert json.loads(made.choices[0].message.content or "")["ok"] in ("yes", "no")
    chunks = list(
        client.chat.completions.create(model=model, messages=HELLO, response_format=wanted, max_tokens=80, stream=True)
    )
    assert json.loads(text_of(chunks))["ok"] in ("yes", "no")
    made = client.chat.completions.create(
        model=model, messages=HELLO, response_format={"type": "json_object"}, max_tokens=10
    )
    assert (made.choices[0].message.content or "").lstrip().startswith("{")
    made = client.chat.completions.create(model=model, messages=HELLO, response_format={"type": "text"}, max_tokens=4)
    assert made.choices[0].message.content


def test_an_answer_by_a_schema_has_its_names_in_the_schemas_order(client: openai.OpenAI, model: str) -> None:
    """So that a model can say why before it says what."""
    properties = {"reasoning": {"enum": ["short", "long"]}, "ok": {"enum": ["yes", "no"]}}
    schema = {"type": "object", "properties": properties, "required": ["reasoning", "ok"]}
    wanted: Any = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
    made = client.chat.completions.create(model=model, messages=HELLO, response_format=wanted, max_tokens=80)
    assert list(json.loads(made.choices[0].message.content or "")) == ["reasoning", "ok"]


def test_content_in_parts_and_every_role(client: openai.OpenAI, model: str) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Taipei"}'}}
    messages: list[Any] = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "How is"}, {"type": "text", "text": "the weather?"}]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "21 degrees"},
        {"role": "assistant", "content": "21 degrees.", "refusal": None},
        {"role": "user", "content": "Thanks, 謝謝。", "name": "Emma"},
    ]
    tools: Any = [WEATHER]
    made = client.chat.completions.create(model=model, messages=messages, tools=tools, tool_choice="none", max_tokens=6)
    assert made.choices[0].message.content
    stored = Run.objects.get().input
    assert [turn["role"] for turn in stored["messages"]] == ["system", "user", "assistant", "tool", "assistant", "user"]
    assert stored["messages"][1]["content"] == "How is\nthe weather?"
    assert stored["messages"][3]["name"] == "get_weather"


async def test_many_at_once_with_the_asynchronous_client(url: str, key: str, model: str) -> None:
    async with openai.AsyncOpenAI(base_url=url, api_key=key, max_retries=0, timeout=120) as client:

        async def one(number: int) -> str:
            messages: Any = [{"role": "user", "content": f"Say {number}"}]
            if number % 2:
                made = await client.chat.completions.create(model=model, messages=messages, max_tokens=15)
                return made.choices[0].message.content or ""
            stream = await client.chat.completions.create(model=model, messages=messages, max_tokens=15, stream=True)
            return text_of([chunk async for chunk in stream])

        answers = await asyncio.gather(*[one(number) for number in range(12)])
    assert all(answers)
    assert await in_thread(lambda: set(Run.objects.values_list("status", flat=True))) == {"completed"}


def test_the_audit_log_knows_who_asked_which_model_how_much_and_no_word_of_it(
    client: openai.OpenAI, model: str, employee: User, worker: runtime.ModelInfo
) -> None:
    client.chat.completions.create(model=model, messages=[{"role": "user", "content": "a secret word"}], max_tokens=5)
    asked, answered = Event.objects.filter(action__startswith="completion.").order_by("id")
    assert (asked.action, asked.actor_id, asked.facts["model"]) == ("completion.ask", employee.pk, model)
    assert (asked.facts["messages"], asked.facts["choices"]) == (1, 1)
    assert (answered.action, answered.facts["model_sha256"]) == ("completion.answer", worker.sha256)
    assert answered.facts["usage"]["completion_tokens"] == 5
    assert "secret" not in json.dumps([asked.facts, answered.facts, asked.object_label, answered.object_label])


def test_models(client: openai.OpenAI, model: str) -> None:
    listed = {each.id: each for each in client.models.list()}
    assert {model, "assistant/quarry"} <= set(listed)
    assert all(strict(each) for each in listed.values())
    for name in (model, "assistant/quarry"):
        assert client.models.retrieve(name).id == name
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("gpt-9")
    assert caught.value.code == "model_not_found"
