"""An assistant as a model: what it cites travels with its answer, and strict clients do not stumble over it."""

from typing import Any

import openai
import pytest

from agents.loop import question as loop
from agents.loop.composer import Composer
from agents.models import Run
from apps.accounts.models import User
from apps.audit.models import Event
from apps.gateway.assistant import ASSISTANT
from apps.knowledge.models import Collection, Document
from tests.gateway.test_chat import strict, text_of

pytestmark = pytest.mark.django_db(transaction=True)
QUESTION: list[Any] = [{"role": "user", "content": "When do unused days of leave expire?"}]


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny model's words are nonsense, so they are exchanged for a sentence; all around them is real."""
    feed, left = Composer.feed, []

    def say(self: Composer, text: str) -> str:
        if self in left:
            return ""
        left.append(self)
        return feed(self, "Unused days of leave expire in March [1].")

    monkeypatch.setattr(loop, "MOST_TOKENS", 20)
    monkeypatch.setattr(Composer, "feed", say)


def test_an_answer_with_its_citations(client: openai.OpenAI, library: Document, employee: User, scripted: None) -> None:
    made = client.chat.completions.create(model=ASSISTANT, messages=QUESTION)
    message = strict(made).choices[0].message
    assert message.content == "Unused days of leave expire in March [1]."
    [citation] = message.model_extra["citations"]
    assert (citation["marker"], citation["document_id"], citation["title"]) == (1, str(library.pk), "House rules")
    assert "expire in March" in citation["quote"]
    assert made.usage is not None
    assert made.usage.prompt_tokens > 0
    run = Run.objects.get()
    assert (run.kind, run.status, run.steps.count()) == ("completion", "completed", 2)
    assert Event.objects.get(action="completion.answer").facts["cited"] == [citation["passage_id"]]


def test_a_stream_with_its_citations_at_the_end(client: openai.OpenAI, library: Document, scripted: None) -> None:
    chunks = list(
        client.chat.completions.create(
            model=ASSISTANT, messages=QUESTION, stream=True, stream_options={"include_usage": True}
        )
    )
    assert all(strict(chunk) for chunk in chunks)
    assert text_of(chunks) == "Unused days of leave expire in March [1]."
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert [each["marker"] for each in (chunks[-2].choices[0].delta.model_extra or {})["citations"]] == [1]
    assert chunks[-1].usage is not None


def test_what_is_withdrawn_was_never_sent(client: openai.OpenAI, library: Document, monkeypatch: Any) -> None:
    monkeypatch.setattr(loop, "MOST_TOKENS", 20)
    chunks = list(client.chat.completions.create(model=ASSISTANT, messages=QUESTION, stream=True))
    run = Run.objects.get()
    assert text_of(chunks) == run.answer
    assert (chunks[-1].choices[0].delta.model_extra or {})["citations"] == run.citations


def test_the_last_message_is_asked_and_those_before_it_are_its_history(client: openai.OpenAI) -> None:
    messages: list[Any] = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "user", "content": "When does leave expire?"},
        {"role": "assistant", "content": "In March."},
        {"role": "user", "content": [{"type": "text", "text": "謝謝"}]},
    ]
    made = client.chat.completions.create(model=ASSISTANT, messages=messages)
    assert made.choices[0].message.content
    assert made.choices[0].message.model_extra == {"citations": []}
    facts = Run.objects.get().input
    assert facts["question"] == "謝謝"
    assert [turn["content"] for turn in facts["history"]] == ["When does leave expire?", "In March."]
    assert facts["collections"] is None


def test_it_searches_the_collections_that_are_chosen(
    client: openai.OpenAI, library: Document, stranger: User, scripted: None
) -> None:
    house = library.collection
    Collection.objects.create(name="Other", created_by=stranger)
    secret = Collection.objects.create(name="Secret", visibility="groups", created_by=stranger)

    def ask(*chosen: str) -> list[Any]:
        made = client.chat.completions.create(
            model=ASSISTANT, messages=QUESTION, extra_body={"collections": list(chosen)}
        )
        return list((made.choices[0].message.model_extra or {})["citations"])

    assert ask(str(house.pk))
    assert ask("House")
    assert ask(str(house.pk).upper(), "Other")
    assert ask("Other") == []
    for wrong in (["Secret"], [str(secret.pk)], ["House", "Nowhere"], [str(secret.pk), str(house.pk)], []):
        with pytest.raises(openai.BadRequestError) as caught:
            ask(*wrong)
        assert (caught.value.param, "may not read it" in caught.value.message) == ("collections", True)


@pytest.mark.parametrize(
    ("param", "more"),
    [
        ("tools", {"tools": [{"type": "function", "function": {"name": "f"}}]}),
        ("response_format", {"response_format": {"type": "json_object"}}),
        ("n", {"n": 2}),
        ("logprobs", {"logprobs": True}),
        ("messages", {"messages": [{"role": "assistant", "content": "Hello"}]}),
        ("messages", {"messages": [{"role": "user", "content": " "}]}),
        ("messages", {"messages": [{"role": "user", "content": "x" * 8001}]}),
    ],
)
def test_what_an_assistant_does_not_do(client: openai.OpenAI, param: str, more: dict[str, Any]) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(**{"model": ASSISTANT, "messages": QUESTION} | more)
    assert caught.value.param == param
    assert not Run.objects.exists()
