"""Each thing that matters leaves its event, in the transaction of what it tells of, and never a secret."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from quarry import runtime
from quarry.celery import app
from quarry.runtime import ModelUnavailable
from rest_framework.test import APIClient

from agents.models import Run
from apps.accounts.models import ApiKey, Group, User
from apps.audit import chain, record
from apps.audit.models import Event
from apps.chat.models import Conversation, Message
from apps.knowledge.models import Collection, Document
from tests.fixtures.runs import Ask, Refusing

LOGIN, SESSION = "/_allauth/browser/v1/auth/login", "/_allauth/browser/v1/auth/session"


@pytest.fixture(autouse=True)
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither ingestion nor embedding runs here: search goes by words."""

    def unavailable(*_: Any) -> Any:
        raise ModelUnavailable("There is no embedding worker.")

    monkeypatch.setattr(app, "send_task", lambda *_, **__: None)
    monkeypatch.setattr(runtime, "embed", unavailable)
    monkeypatch.setattr(runtime, "embedding_space", unavailable)


@pytest.fixture
def api(client_for: Any, administrator: User) -> APIClient:
    return client_for(administrator)  # type: ignore[no-any-return]


@pytest.fixture
def collection(administrator: User) -> Collection:
    return Collection.objects.create(name="Rules", created_by=administrator)


@pytest.fixture
def document(api: APIClient, collection: Collection) -> Document:
    return Document.objects.get(pk=upload(api, collection).json()["id"])


def upload(api: APIClient, collection: Collection, body: bytes = b"Seven days of leave.") -> Any:
    file = SimpleUploadedFile("請假.txt", body, "text/plain")
    return api.post(f"/api/v1/collections/{collection.pk}/documents", {"file": file}, format="multipart")


def last() -> Event:
    return Event.objects.order_by("-id")[0]


def test_signing_in_failing_to_and_signing_out(client: Client, employee: User) -> None:
    credentials = {"email": employee.email, "password": "wrong-and-secret"}
    client.post(LOGIN, credentials, content_type="application/json")
    assert (last().action, last().facts, last().actor_id) == ("session.sign_in_failed", {"email": employee.email}, None)
    client.post(LOGIN, {"email": "nobody@example.test", "password": "x"}, content_type="application/json")
    assert last().facts == {"email": "nobody@example.test"}
    client.post(LOGIN, credentials | {"password": "a-good-password"}, content_type="application/json")
    assert (last().action, last().actor_id, last().ip) == ("session.sign_in", employee.pk, "127.0.0.1")
    client.delete(SESSION)
    assert (last().action, last().actor_id) == ("session.sign_out", employee.pk)


def test_a_document_from_upload_over_download_to_deletion(api: APIClient, document: Document) -> None:
    assert (last().action, last().object_id) == ("document.upload", str(document.pk))
    assert last().facts["sha256"] == document.sha256
    path = f"/api/v1/documents/{document.pk}"
    list(api.get(f"{path}/content").streaming_content)  # type: ignore[attr-defined]
    assert (last().action, last().object_label) == ("document.download", "請假.txt")
    part = api.get(f"{path}/content", HTTP_RANGE="bytes=1-")
    list(part.streaming_content)  # type: ignore[attr-defined]
    assert last().facts["part"] == "bytes 1-19/20"
    before = last().id
    assert api.get(f"{path}/content", HTTP_IF_NONE_MATCH=f'"{document.sha256}"').status_code == 304
    assert last().id == before, "nothing left the house"
    api.patch(path, {"title": "Leave"})
    assert (last().action, last().facts) == ("document.change", {"title": ["請假.txt", "Leave"]})
    api.delete(path)
    assert (last().action, last().facts["sha256"]) == ("document.delete", document.sha256)


def test_a_search_with_what_was_found(api: APIClient, collection: Collection, shelve: Callable[..., Document]) -> None:
    shelved = shelve(collection, "Seven days of leave.", "The filter is new.", "Lunch is at noon.")
    assert api.post("/api/v1/search", {"query": "days of leave"}).status_code == 200
    assert (last().action, last().facts["query"]) == ("search.query", "days of leave")
    assert [each["document"] for each in last().facts["found"]] == [str(shelved.pk)]
    assert last().facts["found"][0]["passage"] == str(shelved.passages.get(ordinal=0).pk)


@pytest.mark.parametrize("query", ["\\u0000", 'a "quoted" \\', "\\", "\\\\u0000 \\ud800", "字𠮷😀", "';--"])
def test_whatever_is_searched_for_can_be_recorded(query: str, api: APIClient) -> None:
    assert api.post("/api/v1/search", {"query": query}).status_code == 200
    assert last().facts["query"] == query
    assert chain.verify().ok


@pytest.mark.django_db
def test_what_no_database_stores_is_left_out_of_an_event() -> None:
    record(None, "test.odd", "label\x00 \ud800", {"key\x00": ["a\x00b", {"c": ("\udfff", 1, None)}]})
    assert last().object_label == "label ?"
    assert last().facts == {"key": ["ab", {"c": ["?", 1, None]}]}


def test_who_may_read_is_a_change_worth_an_event(api: APIClient, collection: Collection) -> None:
    group = Group.objects.create(name="Board")
    api.patch(f"/api/v1/collections/{collection.pk}", {"visibility": "groups", "groups": [str(group.pk)]})
    assert last().action == "collection.change"
    assert last().facts == {"visibility": ["everyone", "groups"], "groups": [[], ["Board"]]}
    api.delete(f"/api/v1/collections/{collection.pk}")
    assert last().action == "collection.delete"


def test_people_groups_and_keys(api: APIClient, employee: User) -> None:
    group = api.post("/api/v1/groups", {"name": "Legal", "members": [str(employee.pk)]}).json()
    assert (last().action, last().facts) == ("group.create", {"members": [employee.email]})
    api.patch(f"/api/v1/groups/{group['id']}", {"members": []})
    assert (last().action, last().facts) == ("group.change", {"members": [[employee.email], []]})
    api.delete(f"/api/v1/groups/{group['id']}")
    assert last().action == "group.delete"
    path = f"/api/v1/people/{employee.pk}"
    api.patch(path, {"role": "administrator", "is_active": True, "name": "Emma"})
    assert (last().action, last().facts) == ("person.change", {"role": ["employee", "administrator"]})
    api.post(f"{path}/password")
    assert (last().action, last().object_id) == ("person.reset_password", str(employee.pk))
    api.patch("/api/v1/me", {"name": "Ada L."})
    assert (last().action, last().facts) == ("person.change", {"name": ["Ada", "Ada L."]})
    key = api.post("/api/v1/api-keys", {"name": "k", "scopes": ["read"]}).json()
    assert (last().action, last().facts["scopes"]) == ("api_key.create", ["read"])
    api.delete(f"/api/v1/api-keys/{key['id']}")
    assert (last().action, last().object_id) == ("api_key.revoke", key["id"])


def test_no_secret_ever_stands_in_an_event(api: APIClient, client: Client, administrator: User) -> None:
    secrets = ["first-secret-1234", "wrong-secret-1234", "second-secret-1234"]
    person = {"email": "new@example.test", "name": "N", "role": "employee", "password": secrets[0]}
    made = api.post("/api/v1/people", person).json()
    client.post(LOGIN, {"email": person["email"], "password": secrets[1]}, content_type="application/json")
    client.post(LOGIN, {"email": person["email"], "password": secrets[0]}, content_type="application/json")
    change = {"current": secrets[0], "new": secrets[2]}
    assert client.post("/api/v1/me/password", change, content_type="application/json").status_code == 204
    secrets.append(api.post(f"/api/v1/people/{made['id']}/password").json()["password"])
    key = api.post("/api/v1/api-keys", {"name": "k"}).json()
    secrets += [key["key"], ApiKey.objects.get(pk=key["id"]).digest, User.objects.get(pk=made["id"]).password]
    log = json.dumps([[event.facts, event.object_label, event.actor_email] for event in Event.objects.all()])
    assert not [secret for secret in secrets if secret in log]
    assert {"person.create", "person.change_password", "person.reset_password", "api_key.create"} <= set(
        Event.objects.values_list("action", flat=True)
    )


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_recorded_does_not_happen(
    api: APIClient, collection: Collection, employee: User, refusing: Refusing, client: Client
) -> None:
    document = upload(api, collection).json()["id"]
    conversation = api.post("/api/v1/conversations", {}).json()["id"]
    api.raise_request_exception = client.raise_request_exception = False
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("delete", f"documents/{document}", {}),
        ("patch", f"documents/{document}", {"title": "Changed"}),
        ("patch", f"collections/{collection.pk}", {"visibility": "groups"}),
        ("delete", f"collections/{collection.pk}", {}),
        ("post", "collections", {"name": "New"}),
        ("post", "search", {"query": "leave"}),
        ("post", "people", {"email": "new@example.test", "role": "employee"}),
        ("patch", f"people/{employee.pk}", {"is_active": False}),
        ("post", f"people/{employee.pk}/password", {}),
        ("post", "groups", {"name": "New", "members": [str(employee.pk)]}),
        ("post", "api-keys", {"name": "New"}),
        ("post", "conversations", {}),
        ("post", f"conversations/{conversation}/messages", {"content": "How much leave is there?"}),
        ("get", f"documents/{document}/content", {}),
        ("get", "audit/export", {}),
    ]
    before = state()
    with refusing("%"):
        for method, path, body in calls:
            answer = getattr(api, method)(f"/api/v1/{path}", body)
            assert answer.status_code == 500, f"{method} {path}: {answer.status_code}"
        assert upload(api, collection, b"Other bytes.").status_code == 500
        credentials = {"email": employee.email, "password": "a-good-password"}
        assert client.post(LOGIN, credentials, content_type="application/json").status_code == 500
        assert client.get("/api/v1/me").status_code == 401
    assert state() == before


def state() -> list[Any]:
    """All that these calls could have changed."""
    rows = [User.objects.order_by("pk").values("email", "password", "is_active", "role")]
    rows += [Collection.objects.values("name", "visibility"), Document.objects.values("title")]
    counts = [model.objects.count() for model in (ApiKey, Group, Conversation, Message, Run, Event)]
    return [list(each) for each in rows] + counts


def test_a_question_is_called_by_its_first_words(ask: Ask, employee: User) -> None:
    run = ask(employee, "未休完的特別休假\n何時到期？")
    record(employee, "question.ask", run, {})
    assert last().object_label == "未休完的特別休假 何時到期？"
    record(employee, "question.ask", ask(employee, "Why " + "so " * 60), {})
    assert last().object_label == "Why" + " so" * 25 + "…"
