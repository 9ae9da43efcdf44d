"""Two tabs, a double click, a lost reply: everything at once, on the real database."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from quarry import events, runtime, valkey

from agents import execution
from agents.loop import question as loop
from agents.models import Run, Step
from apps.accounts.models import User
from apps.audit.models import Event
from apps.chat.models import Conversation, Message
from apps.knowledge.models import Document

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("queue")]
ALL = "/api/v1/conversations"
QUESTION = "When do unused days of leave expire?"


@pytest.fixture
def conversation(employee: User) -> Conversation:
    return Conversation.objects.create(person=employee)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The answers, in no order."""
    barrier, answers = threading.Barrier(len(calls)), []

    def run(call: Callable[[], Any]) -> None:
        barrier.wait()
        answers.append(call())
        connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def statuses(answers: list[Any]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


def test_of_questions_at_once_one_is_asked(client_for: Any, employee: User, conversation: Conversation) -> None:
    clients = [client_for(employee) for _ in range(4)]
    path = f"{ALL}/{conversation.pk}/messages"
    answers = at_once(*[lambda api=api: api.post(path, {"content": QUESTION}) for api in clients])
    assert statuses(answers) == [202, 409, 409, 409]
    assert [message.ordinal for message in conversation.messages.all()] == [0, 1]
    assert Run.objects.count() == 1
    assert Event.objects.filter(action="question.ask").count() == 1


def test_asking_and_deleting_at_once_end_in_order(client_for: Any, employee: User) -> None:
    for _ in range(5):
        made = Conversation.objects.create(person=employee)
        asks, deletes = client_for(employee), client_for(employee)
        answers = at_once(
            lambda api=asks, made=made: api.post(f"{ALL}/{made.pk}/messages", {"content": QUESTION}),
            lambda api=deletes, made=made: api.delete(f"{ALL}/{made.pk}"),
        )
        assert statuses(answers) in ([202, 204], [204, 404])
    assert not Conversation.objects.exists()
    assert not Message.objects.exists()
    assert not Run.objects.exists()


def test_deleted_twice_at_once_it_is_deleted_once(client_for: Any, employee: User, conversation: Conversation) -> None:
    clients = [client_for(employee) for _ in range(3)]
    answers = at_once(*[lambda api=api: api.delete(f"{ALL}/{conversation.pk}") for api in clients])
    assert statuses(answers) == [204, 404, 404]
    assert Event.objects.filter(action="conversation.delete").count() == 1


def test_a_conversation_is_deleted_while_its_answer_is_written(
    client_for: Any,
    employee: User,
    conversation: Conversation,
    library: Document,
    model: runtime.ModelInfo,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(loop, "MOST_TOKENS", 3000)
    api = client_for(employee)
    run = api.post(f"{ALL}/{conversation.pk}/messages", {"content": QUESTION}).json()["run"]["id"]

    def work() -> None:
        execution.execute(run)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    for event in events.follow(run, ended=lambda: None):
        if event.kind == "token":
            break
    assert api.delete(f"{ALL}/{conversation.pk}").status_code == 204
    worker.join(10)
    assert not worker.is_alive(), "the engine is free for others"
    assert not Run.objects.exists()
    assert not Step.objects.exists()
    assert api.get(f"/api/v1/runs/{run}").status_code == 404
    assert not [entry for entry in caplog.records if entry.levelname == "ERROR"]


def test_finishing_and_deleting_at_once_do_not_wait_in_a_circle(
    client_for: Any, employee: User, library: Document, model: runtime.ModelInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "MOST_TOKENS", 1)
    for _ in range(4):
        made, api = Conversation.objects.create(person=employee), client_for(employee)
        run = api.post(f"{ALL}/{made.pk}/messages", {"content": QUESTION}).json()["run"]["id"]
        execution_done = at_once(
            lambda run=run: execution.execute(run),
            lambda api=api, made=made: api.delete(f"{ALL}/{made.pk}").status_code,
        )
        assert 204 in execution_done
    assert not Run.objects.exists()


# Idempotency-Key


def ask_with_key(api: Any, conversation: Conversation, key: str, content: str = QUESTION) -> Any:
    return api.post(f"{ALL}/{conversation.pk}/messages", {"content": content}, HTTP_IDEMPOTENCY_KEY=key)


def test_the_same_key_asks_once_however_often_it_comes(
    client_for: Any, employee: User, conversation: Conversation
) -> None:
    api = client_for(employee)
    first, again = ask_with_key(api, conversation, "k"), ask_with_key(api, conversation, "k")
    assert (first.status_code, again.status_code, first.content) == (202, 202, again.content)
    assert again["Idempotency-Replayed"] == "true"
    assert ask_with_key(api, conversation, "k", "Something else?").status_code == 422
    assert Run.objects.count() == 1


def test_the_same_key_at_once_asks_once(client_for: Any, employee: User, conversation: Conversation) -> None:
    api = client_for(employee)
    answers = at_once(*[lambda: ask_with_key(api, conversation, "k")] * 4)
    assert set(statuses(answers)) <= {202, 409}
    assert len({answer.content for answer in answers if answer.status_code == 202}) == 1
    assert Run.objects.count() == 1


def test_keys_of_other_people_and_other_paths_are_other_keys(
    client_for: Any, employee: User, stranger: User, conversation: Conversation
) -> None:
    made = [client_for(person).post(ALL, {}, HTTP_IDEMPOTENCY_KEY="k").json()["id"] for person in (employee, stranger)]
    assert made[0] != made[1]
    assert ask_with_key(client_for(employee), conversation, "k").status_code == 202


def test_a_refusal_does_not_use_the_key_up(client_for: Any, employee: User, conversation: Conversation) -> None:
    api = client_for(employee)
    ask_with_key(api, conversation, "first")
    assert ask_with_key(api, conversation, "second").status_code == 409
    Run.objects.update(status="completed")
    assert ask_with_key(api, conversation, "second").status_code == 202
    assert ask_with_key(api, conversation, "x" * 256).status_code == 400


def test_a_kept_answer_cannot_be_read_in_valkey(client_for: Any, employee: User) -> None:
    made = client_for(employee).post("/api/v1/api-keys", {"name": "script"}, HTTP_IDEMPOTENCY_KEY="secret").json()
    client = valkey.client()
    for name in client.scan_iter("idempotency:*"):
        kept = client.get(name) or b""
        assert made["key"].encode() not in kept
        assert b"status" not in kept, "not even in another spelling"


# The browser's session


def test_a_session_writes_only_with_its_csrf_token(employee: User, conversation: Conversation) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(employee, backend="allauth.account.auth_backends.AuthenticationBackend")
    path, body = f"{ALL}/{conversation.pk}/messages", {"content": QUESTION}
    kind = {"content_type": "application/json"}
    assert client.post(path, body, **kind).status_code == 403
    assert client.delete(f"{ALL}/{conversation.pk}").status_code == 403
    token = client.get("/api/v1/me").cookies["csrftoken"].value
    assert client.post(path, body, **kind, headers={"X-CSRFToken": "x" * 32}).status_code == 403
    assert not Run.objects.exists()
    assert client.post(path, body, **kind, headers={"X-CSRFToken": token}).status_code == 202
