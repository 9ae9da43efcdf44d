"""Assistants that people made, as models: who finds which, and what happens where one must wait for a person."""

import time
from typing import Any

import openai
import pytest
from quarry import events

from agents import kinds
from agents.assistants import actions
from agents.assistants.models import Assistant
from agents.loop.outcome import Outcome
from agents.models import Run
from apps.accounts.models import User
from apps.knowledge.models import Collection, Document
from tests.gateway.test_assistant import QUESTION, scripted
from tests.gateway.test_chat import strict, text_of

__all__ = ["scripted"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def legal(administrator: User) -> Assistant:
    content = {"name": "Legal", "model_order": ["embedded"], "translations": {"zh-Hant": {"name": "法務"}}}
    return actions.create(administrator, "legal", content, {})


def listed(client: openai.OpenAI) -> dict[str, Any]:
    return {each.id: each for each in client.models.list()}


def test_those_that_the_keys_owner_may_use_are_listed(client: openai.OpenAI, legal: Assistant) -> None:
    found = listed(client)
    assert {"assistant/quarry", "assistant/legal", "assistant/knowledge"} <= found.keys()
    assert (found["assistant/legal"].model_extra or {})["name"] == "Legal"
    assert all(strict(each) for each in found.values())
    assert client.models.retrieve("assistant/legal").id == "assistant/legal"
    Assistant.objects.filter(pk=legal.pk).update(restricted=True)
    assert "assistant/legal" not in listed(client)
    for call in (
        lambda: client.models.retrieve("assistant/legal"),
        lambda: client.chat.completions.create(model="assistant/legal", messages=QUESTION),
        lambda: client.chat.completions.create(model="assistant/nobody", messages=QUESTION),
    ):
        with pytest.raises(openai.NotFoundError):
            call()
    assert not Run.objects.exists()


def test_it_answers_with_citations_and_streams(
    client: openai.OpenAI, legal: Assistant, library: Document, scripted: None
) -> None:
    made = client.chat.completions.create(model="assistant/legal", messages=QUESTION)
    message = strict(made).choices[0].message
    assert (made.model, message.content) == ("assistant/legal", "Unused days of leave expire in March [1].")
    assert [each["title"] for each in message.model_extra["citations"]] == ["House rules"]
    chunks = list(client.chat.completions.create(model="assistant/legal", messages=QUESTION, stream=True))
    assert all(strict(chunk) for chunk in chunks)
    assert text_of(chunks) == message.content
    for run in Run.objects.all():
        assert (run.kind, run.status) == ("completion", "completed")
        assert run.input["assistant"]["version"] == str(legal.published_id)
        assert (run.input["models"], run.input["thread"]) == (["embedded"], None)


def test_a_program_searches_only_what_both_allow(
    client: openai.OpenAI, administrator: User, library: Document, scripted: None
) -> None:
    Collection.objects.create(name="Other", created_by=administrator)
    content = {"name": "Legal", "collections": [str(library.collection_id)]}
    actions.create(administrator, "legal", content, {})

    def cited(**body: Any) -> list[Any]:
        made = client.chat.completions.create(model="assistant/legal", messages=QUESTION, extra_body=body)
        return list((made.choices[0].message.model_extra or {})["citations"])

    assert cited()
    assert cited(collections=["House"])
    assert cited(collections=["Other"]) == []


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that asks for an approval as the loop does: the row says so, the stream tells it, the worker goes."""

    class Waiting:
        def __init__(self, run: Run, recorder: Any, *_: Any) -> None:
            self.run, self.recorder = run, recorder

        def answer(self) -> Outcome:
            Run.objects.filter(pk=self.run.pk).update(status="awaiting_approval", lease_owner="", lease_until=None)
            self.recorder.publish("approval_required", {"step": "s", "name": "book"})
            return Outcome("")

    monkeypatch.setitem(kinds._kinds, "completion", kinds.Kind(Waiting))


@pytest.mark.parametrize("stream", [False, True])
def test_one_that_waits_for_an_approval_says_so_and_goes_on_without_its_client(
    stream: bool, client: openai.OpenAI, legal: Assistant, waits: None
) -> None:
    made = client.chat.completions.create(model="assistant/legal", messages=QUESTION, stream=stream)
    if stream:
        chunks = list(made)
        assert all(strict(chunk) for chunk in chunks)
        text, last = text_of(chunks), chunks[-1].choices[0]
        extra, reason = last.delta.model_extra, last.finish_reason
    else:
        message = strict(made).choices[0].message
        text, extra, reason = message.content, message.model_extra, made.choices[0].finish_reason
    run = Run.objects.get()
    assert text.startswith("This waits for an approval.")
    assert reason == "stop"
    assert extra["quarry"] == {"run": str(run.pk), "status": "awaiting_approval"}
    time.sleep(0.5)  # a client that left before the end would have its run stopped by now
    run.refresh_from_db()
    assert run.status == "awaiting_approval", "who leaves does not stop it"
    assert not events.is_cancelled(run.pk)


def test_it_says_so_though_the_event_was_lost(
    client: openai.OpenAI, legal: Assistant, waits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agents.recorder import Recorder

    monkeypatch.setattr(Recorder, "publish", lambda *_: None)
    made = client.chat.completions.create(model="assistant/legal", messages=QUESTION)
    assert (made.choices[0].message.model_extra or {})["quarry"]["status"] == "awaiting_approval"


def test_in_the_callers_language(client: openai.OpenAI, legal: Assistant, waits: None) -> None:
    made = client.chat.completions.create(
        model="assistant/legal", messages=QUESTION, extra_headers={"Accept-Language": "zh-TW"}
    )
    assert "核准" in (made.choices[0].message.content or "")
