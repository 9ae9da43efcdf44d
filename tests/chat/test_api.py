"""Conversations over HTTP, as an ordinary and as a careless person uses them."""

import base64
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from agents.models import Run, Step
from apps.accounts.models import Group, User
from apps.audit.models import Event
from apps.chat.models import Conversation, Feedback
from apps.knowledge.models import Collection

ALL = "/api/v1/conversations"


@pytest.fixture
def api(client_for: Any, employee: User) -> APIClient:
    return client_for(employee)  # type: ignore[no-any-return]


@pytest.fixture
def conversation(employee: User) -> Conversation:
    return Conversation.objects.create(person=employee)


def asked(api: APIClient, conversation: Conversation, content: Any = "How much leave is there?") -> Any:
    return api.post(f"{ALL}/{conversation.pk}/messages", {"content": content})


def end(conversation: Conversation, answer: str = "Seven days.", status: str = "completed") -> Run:
    """Ends the conversation's run as its worker would."""
    run = Run.objects.get(messages__conversation=conversation, status="queued")
    Run.objects.filter(pk=run.pk).update(status=status, answer=answer)
    run.refresh_from_db()
    return run


def test_a_conversation_from_its_first_question_to_its_end(api: APIClient) -> None:
    made = api.post(ALL, {})
    assert made.status_code == 201
    path = f"{ALL}/{made.json()['id']}"
    assert made.json()["title"] == ""
    answer = api.post(f"{path}/messages", {"content": "  How much\n leave\tis there? "})
    assert answer.status_code == 202
    body = answer.json()
    assert body["run"]["status"] == "queued"
    assert api.get(path).json()["title"] == "How much leave is there?"
    end(Conversation.objects.get())
    first, second = api.get(f"{path}/messages").json()["results"]
    assert (first["id"], first["role"], first["run"]) == (body["message"]["id"], "user", None)
    assert first["content"] == "How much\n leave\tis there?"
    assert (second["id"], second["content"]) == (body["answer"]["id"], "Seven days.")
    assert second["run"] == {"id": body["run"]["id"], "status": "completed", "error": None}
    assert api.patch(path, {"title": "休假"}).json()["title"] == "休假"
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == api.get(f"{path}/messages").status_code == 404
    assert not Run.objects.exists()
    actions = list(Event.objects.exclude(action="api_key.create").order_by("id").values_list("action", flat=True))
    assert actions == ["conversation.create", "question.ask", "conversation.change", "conversation.delete"]


def test_what_a_thinking_model_said_to_itself_stays_beside_the_answer(
    api: APIClient, conversation: Conversation
) -> None:
    asked(api, conversation)
    run = end(conversation)
    for ordinal, attempt in enumerate((run.attempts + 1, run.attempts), start=1):
        result = {"reasoning": f"Attempt {attempt}."}
        Step.objects.create(
            run=run,
            ordinal=ordinal,
            attempt=attempt,
            kind="generate",
            name="answer",
            result=result,
            started=timezone.now(),
        )
    question, answer = api.get(f"{ALL}/{conversation.pk}/messages").json()["results"]
    assert (question["reasoning"], answer["reasoning"]) == ("", f"Attempt {run.attempts}.")
    assert answer["content"] == "Seven days."


def test_pages_go_through_all_conversations_once_newest_first(api: APIClient, employee: User) -> None:
    for number in range(7):
        moment = timezone.now() + timedelta(minutes=number // 2)  # pairs of the same time
        Conversation.objects.create(person=employee, title=str(number))
        Conversation.objects.filter(title=str(number)).update(updated_at=moment.replace(microsecond=0, second=0))
    seen, cursor = [], None
    while True:
        page = api.get(ALL, {"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [each["title"] for each in page["results"]]
        assert len(page["results"]) <= 2
        if (cursor := page["next"]) is None:
            break
    assert sorted(seen) == list("0123456")
    assert [int(title) // 2 for title in seen] == [3, 2, 2, 1, 1, 0, 0]


def cursor(position: str) -> str:
    """As somebody who has read DRF's source makes one up."""
    return base64.b64encode(urlencode({"p": position}).encode()).decode()


@pytest.mark.parametrize("made_up", ["nonsense", "%00", cursor("4"), cursor("\0"), cursor("9999-99-99"), cursor("字")])
def test_a_made_up_cursor_is_refused(made_up: str, api: APIClient, conversation: Conversation) -> None:
    for path in (ALL, "/api/v1/collections", "/api/v1/groups", "/api/v1/api-keys"):
        assert api.get(path, {"cursor": made_up}).status_code in ((200, 400) if path != ALL else (400,))
    messages = api.get(f"{ALL}/{conversation.pk}/messages", {"cursor": made_up})
    assert messages.status_code == (200 if made_up == cursor("4") else 400)


@pytest.mark.parametrize("limit", ["x", "-1", "0", "99999", ""])
def test_an_odd_limit_is_the_usual_one(limit: str, api: APIClient, conversation: Conversation) -> None:
    assert len(api.get(ALL, {"limit": limit}).json()["results"]) == 1


def test_the_next_question_waits_for_the_answer(api: APIClient, conversation: Conversation) -> None:
    assert asked(api, conversation).status_code == 202
    busy = asked(api, conversation)
    assert (busy.status_code, busy.json()["type"]) == (409, "urn:quarry:problem:conversation-busy")
    assert conversation.messages.count() == 2
    end(conversation)
    assert asked(api, conversation, "And after three years?").status_code == 202
    history = Run.objects.get(status="queued").input["history"]
    assert [turn["content"] for turn in history] == ["How much leave is there?", "Seven days."]


def test_a_cancelled_answer_leaves_no_turn_in_the_history(api: APIClient, conversation: Conversation) -> None:
    asked(api, conversation)
    end(conversation, "", "cancelled")
    asked(api, conversation, "Once more?")
    assert [turn["role"] for turn in Run.objects.get(status="queued").input["history"]] == ["user"]


def test_an_answer_is_made_again_in_its_place(api: APIClient, conversation: Conversation) -> None:
    answer = asked(api, conversation).json()["answer"]["id"]
    path = f"/api/v1/messages/{answer}"
    assert api.post(f"{path}/regenerate").status_code == 409
    first = end(conversation)
    api.put(f"{path}/feedback", {"rating": "up"})
    again = api.post(f"{path}/regenerate")
    assert again.status_code == 202
    assert again.json()["answer"]["id"] == answer
    assert again.json()["run"]["id"] != str(first.pk)
    assert not Feedback.objects.exists()
    assert not Run.objects.filter(pk=first.pk).exists(), "it would outlive the conversation"
    assert Run.objects.get().input == first.input
    assert conversation.messages.count() == 2


def test_only_answers_are_made_again_and_rated(api: APIClient, conversation: Conversation) -> None:
    question = asked(api, conversation).json()["message"]["id"]
    end(conversation)
    assert api.post(f"/api/v1/messages/{question}/regenerate").status_code == 409
    assert api.put(f"/api/v1/messages/{question}/feedback", {"rating": "up"}).status_code == 409


def test_feedback_is_given_changed_and_taken_back(api: APIClient, conversation: Conversation) -> None:
    path = f"/api/v1/messages/{asked(api, conversation).json()['answer']['id']}/feedback"
    end(conversation)
    assert api.put(path, {"rating": "down", "comment": "太短"}).json() == {"rating": "down", "comment": "太短"}
    assert api.put(path, {"rating": "up"}).json() == {"rating": "up", "comment": ""}
    shown = api.get(f"{ALL}/{conversation.pk}/messages").json()["results"][1]["feedback"]
    assert shown == {"rating": "up", "comment": ""}
    assert api.put(path, {"rating": None}).json()["rating"] is None
    assert not Feedback.objects.exists()
    for bad in (
        {},
        {"rating": "five"},
        {"rating": "up", "comment": "x" * 2001},
        {"rating": "up", "comment": "a\0"},
        [],
    ):
        assert api.put(path, bad).status_code == 400
    assert Event.objects.filter(action="answer.rate").count() == 3


# What people type


@pytest.mark.parametrize(
    "text", ["😀👨‍👩‍👧‍👦 leave?", "𠮷野家的特休", "x" * 8000, "字" * 8000, "\\u0000 and \\", "<script>", "‮abc"]
)
def test_whatever_is_typed_is_kept_as_it_is(text: str, api: APIClient, conversation: Conversation) -> None:
    assert asked(api, conversation, text).status_code == 202
    assert api.get(f"{ALL}/{conversation.pk}/messages").json()["results"][0]["content"] == text
    assert Event.objects.get(action="question.ask").facts["question"] == text
    assert len(api.get(f"{ALL}/{conversation.pk}").json()["title"]) <= 80


@pytest.mark.parametrize(
    "body",
    [
        *("{}", "[]", '"text"', "null", "{", "", '{"content": null}', '{"content": ["a"]}', '{"content": {"a": 1}}'),
        *('{"content": ""}', '{"content": " \\n "}', '{"content": true}', '{"content": "a\\u0000b"}'),
        *('{"content": "\\ud800"}', '{"content": "ok \\udfff"}', json.dumps({"content": "字" * 8001})),
        '{"content": ' + "[" * 5000 + "]" * 5000 + "}",
    ],
)
def test_what_is_no_question_is_refused_and_changes_nothing(
    body: str, api: APIClient, conversation: Conversation
) -> None:
    answer = api.generic("POST", f"{ALL}/{conversation.pk}/messages", body.encode(), content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert not conversation.messages.exists()
    assert not Run.objects.exists()


@pytest.mark.parametrize("title", ["", " ", None, "x" * 201, "a\0b", "\ud800", ["a"]])
def test_a_bad_title_is_refused(title: Any, api: APIClient, conversation: Conversation) -> None:
    body = json.dumps({"title": title})
    answer = api.generic("PATCH", f"{ALL}/{conversation.pk}", body, content_type="application/json")
    assert answer.status_code == 400
    assert "title" in answer.json()["errors"]


def test_there_is_no_such_assistant(api: APIClient) -> None:
    assert api.post(ALL, {"assistant": "legal"}).status_code == 400
    assert api.post(ALL, {"assistant": None}).status_code == 201
    assert Conversation.objects.count() == 1


# Which collections are searched


@pytest.fixture
def closed(administrator: User) -> Collection:
    return Collection.objects.create(name="Board", visibility="groups", created_by=administrator)


def searched(api: APIClient, conversation: str) -> Any:
    api.post(f"{ALL}/{conversation}/messages", {"content": "How much?"})
    return Run.objects.get().input["collections"]


def test_a_conversation_can_be_limited_to_what_its_person_reads(
    api: APIClient, administrator: User, closed: Collection
) -> None:
    everyones = Collection.objects.create(name="House", created_by=administrator)
    made = api.post(ALL, {"collections": [str(everyones.pk)]}).json()
    assert made["collections"] == [{"id": str(everyones.pk), "name": "House"}]
    assert searched(api, made["id"]) == [str(everyones.pk)]
    unreadable = api.post(ALL, {"collections": [str(closed.pk)]})
    missing = api.post(ALL, {"collections": ["00000000-0000-4000-8000-000000000000"]})
    assert (unreadable.status_code, unreadable.content) == (400, missing.content)
    assert api.patch(f"{ALL}/{made['id']}", {"collections": [str(closed.pk)]}).status_code == 400
    assert api.get(f"{ALL}/{made['id']}").json()["collections"] == made["collections"]
    for bad in ("x", [1], ["x"], {"a": 1}, [None]):
        assert api.post(ALL, {"collections": bad}).status_code == 400


def test_without_a_choice_everything_is_searched(api: APIClient) -> None:
    assert searched(api, api.post(ALL, {"collections": None}).json()["id"]) is None


def test_chosen_collections_that_are_deleted_do_not_become_everything(api: APIClient, employee: User) -> None:
    mine = Collection.objects.create(name="Mine", created_by=employee)
    made = api.post(ALL, {"collections": [str(mine.pk)]}).json()
    assert api.delete(f"/api/v1/collections/{mine.pk}").status_code == 204
    assert api.get(f"{ALL}/{made['id']}").json()["collections"] == []
    assert searched(api, made["id"]) == []


def test_chosen_collections_that_became_unreadable_are_not_named(
    api: APIClient, employee: User, closed: Collection
) -> None:
    group = Group.objects.create(name="Board")
    group.members.add(employee)
    closed.groups.add(group)
    made = api.post(ALL, {"collections": [str(closed.pk)]}).json()
    assert made["collections"][0]["name"] == "Board"
    group.members.clear()
    for answer in (api.get(f"{ALL}/{made['id']}"), api.get(ALL), api.patch(f"{ALL}/{made['id']}", {"title": "x"})):
        assert answer.status_code == 200
        assert str(closed.pk) not in answer.content.decode()
    assert searched(api, made["id"]) == [str(closed.pk)], "search itself asks what may be read"
