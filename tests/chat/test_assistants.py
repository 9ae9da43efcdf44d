"""Assistants in conversations: chosen for all of it, named for one message, and gone in the middle."""

import re
from typing import Any

import pytest
from rest_framework.test import APIClient

from agents.assistants import actions
from agents.assistants.models import Assistant
from agents.models import Run
from apps.accounts.models import Group, User
from apps.audit.models import Event
from apps.chat.models import Conversation
from apps.knowledge.models import Collection

ALL = "/api/v1/conversations"
pytestmark = pytest.mark.usefixtures("queue")


@pytest.fixture
def api(client_for: Any, employee: User) -> APIClient:
    return client_for(employee)  # type: ignore[no-any-return]


@pytest.fixture
def legal(administrator: User) -> Assistant:
    content = {
        "name": "Legal",
        "translations": {"zh-Hant": {"name": "法務", "starters": ["合約有效嗎？"]}},
        "starters": ["Is it binding?"],
        "model_order": ["embedded"],
    }
    return actions.create(administrator, "legal", content, {})


def ask(api: APIClient, conversation: str, content: str) -> Any:
    return api.post(f"{ALL}/{conversation}/messages", {"content": content})


def begun(api: APIClient, **body: Any) -> str:
    made = api.post(ALL, body)
    assert made.status_code == 201, made.content
    return str(made.json()["id"])


def end(answer: str = "It is.") -> Run:
    run = Run.objects.get(status="queued")
    Run.objects.filter(pk=run.pk).update(status="completed", answer=answer)
    return run


def test_a_conversation_with_an_assistant(api: APIClient, legal: Assistant) -> None:
    made = api.post(ALL, {"assistant": "legal"}).json()
    assert (made["assistant"], made["assistant_name"]) == ("legal", "Legal")
    assert Event.objects.get(action="conversation.create").facts["assistant"] == "legal"
    assert ask(api, made["id"], "Is it binding?").status_code == 202
    run = end()
    assert run.kind == "question"
    assert run.input == {
        "question": "Is it binding?",
        "history": [],
        "collections": None,
        "models": ["embedded"],
        "assistant": {
            "id": str(legal.pk),
            "slug": "legal",
            "name": "Legal",
            "version": str(legal.published_id),
        },
        "thread": made["id"],
    }
    assert Event.objects.get(action="question.ask").facts["assistant"]["slug"] == "legal"
    question, answer = api.get(f"{ALL}/{made['id']}/messages").json()["results"]
    assert (question["assistant"], answer["assistant"]) == (None, {"slug": "legal", "name": "Legal"})
    [listed] = api.get(ALL, headers={"Accept-Language": "zh-TW"}).json()["results"]
    assert (listed["assistant"], listed["assistant_name"]) == ("legal", "法務")


def test_without_one_nothing_is_different(api: APIClient) -> None:
    made = begun(api, assistant="quarry")
    ask(api, made, "How much leave is there?")
    assert Run.objects.get().input.keys() == {"question", "history", "collections"}
    assert api.get(f"{ALL}/{made}").json()["assistant"] == ""
    assert api.get(f"{ALL}/{made}").json()["assistant_name"] == ""


def test_one_message_to_another_assistant(api: APIClient, legal: Assistant) -> None:
    made = begun(api)
    ask(api, made, "How much leave is there?")
    end("Seven days.")
    assert ask(api, made, "@legal 這樣有效嗎？").status_code == 202
    run = end()
    assert run.input["question"] == "這樣有效嗎？"
    assert run.input["assistant"]["slug"] == "legal"
    assert [turn["content"] for turn in run.input["history"]] == ["How much leave is there?", "Seven days."]
    messages = api.get(f"{ALL}/{made}/messages").json()["results"]
    assert messages[2]["content"] == "@legal 這樣有效嗎？"
    assert [each["assistant"] and each["assistant"]["slug"] for each in messages] == [None, None, None, "legal"]
    ask(api, made, "And in March?")
    assert "assistant" not in end().input, "for this message only"
    again = api.post(f"/api/v1/messages/{messages[3]['id']}/regenerate")
    assert again.status_code == 202
    assert end().input["assistant"]["slug"] == "legal"


def test_back_to_quarry_itself(api: APIClient, legal: Assistant) -> None:
    made = begun(api, assistant="legal")
    ask(api, made, "@quarry How much leave?")
    assert end().input["question"] == "How much leave?"
    assert not any("assistant" in run.input for run in Run.objects.all())


def test_a_name_of_nobody_is_refused_and_nothing_is_kept(api: APIClient, legal: Assistant) -> None:
    made = begun(api)
    Assistant.objects.filter(pk=legal.pk).update(restricted=True)
    answers = [ask(api, made, f"@{slug} Is it?") for slug in ("legal", "nobody")]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].content == answers[1].content
    assert ask(api, made, "@legal").status_code == 400
    assert not Run.objects.exists()
    assert Conversation.objects.get().messages.count() == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("delete", "This assistant was deleted."),
        ("off", "This assistant is switched off."),
        ("restrict", "You may no longer use this assistant."),
    ],
)
def test_an_assistant_that_is_gone(
    change: str, said: str, api: APIClient, legal: Assistant, administrator: User, client_for: Any
) -> None:
    made = begun(api, assistant="legal")
    ask(api, made, "Is it binding?")
    end()
    path, admin = "/api/v1/assistants/legal", client_for(administrator)
    if change == "delete":
        admin.delete(path)
    else:
        admin.patch(path, {"enabled": False} if change == "off" else {"restricted": True})
    refused = ask(api, made, "And now?")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:quarry:problem:assistant-gone")
    assert refused.json()["detail"] == f"{said} Ask another one, or start a new conversation."
    chinese = api.post(f"{ALL}/{made}/messages", {"content": "?"}, headers={"Accept-Language": "zh-TW"})
    assert re.fullmatch(r"(這個|您).*助理.*。請改問其他助理，或開始新的對話。", chinese.json()["detail"])
    answer = api.get(f"{ALL}/{made}/messages").json()["results"][1]
    assert (answer["content"], answer["assistant"]["name"]) == ("It is.", "Legal"), "what was said stays readable"
    assert api.get(f"{ALL}/{made}").json()["assistant_name"] == "Legal"
    assert api.post(f"/api/v1/messages/{answer['id']}/regenerate").status_code == 409
    assert api.post(ALL, {"assistant": "legal"}).status_code == 400
    assert ask(api, made, "@knowledge How much leave?").status_code == 202, "others still answer here"


def test_collections_are_those_of_the_conversation_and_of_the_assistant(
    api: APIClient, administrator: User, employee: User
) -> None:
    one, two, three = (Collection.objects.create(name=name, created_by=administrator) for name in "123")
    content = {"name": "Legal", "collections": [str(one.pk), str(two.pk)]}
    actions.create(administrator, "legal", content, {})
    made = begun(api, assistant="legal", collections=[str(two.pk), str(three.pk)])
    ask(api, made, "Is it?")
    assert end().input["collections"] == [str(two.pk)]
    ask(api, begun(api, assistant="legal"), "Is it?")
    assert end().input["collections"] == [str(one.pk), str(two.pk)]


def test_starters_are_the_assistants_own(api: APIClient, legal: Assistant, team: Group) -> None:
    path = "/api/v1/starters"
    assert api.get(path, {"assistant": "legal"}).json()["results"] == [{"text": "Is it binding?", "language": "en"}]
    chinese = api.get(path, {"assistant": "legal"}, headers={"Accept-Language": "zh-TW"}).json()["results"]
    assert chinese == [{"text": "合約有效嗎？", "language": "zh-Hant"}]
    assert api.get(path).json()["results"] == [], "no samples are loaded here"
    assert api.get(path, {"assistant": "nobody"}).status_code == 400
    Assistant.objects.filter(pk=legal.pk).update(restricted=True)
    assert api.get(path, {"assistant": "legal"}).content == api.get(path, {"assistant": "nobody"}).content


@pytest.fixture
def team(db: None) -> Group:
    return Group.objects.create(name="Team")
