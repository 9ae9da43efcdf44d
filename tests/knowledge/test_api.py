"""Collections, documents and search over HTTP, as the right person and as every wrong one."""

import io
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from quarry.celery import app
from rest_framework.test import APIClient

from apps.accounts.models import Group, User
from apps.audit.models import Event
from apps.knowledge import blobs, selectors
from apps.knowledge.models import Collection, Document, Passage
from tests.knowledge.conftest import Shelve

ClientFor = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """What would go to the ingestion workers, which do not run here."""
    tasks: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(app, "send_task", lambda name, args, **_: tasks.append((name, args)))
    return tasks


def upload(
    client: APIClient, collection: Collection, body: bytes = b"some text", name: str = "a.txt", **more: Any
) -> Any:
    file = SimpleUploadedFile(name, body, more.pop("kind", "text/plain"))
    return client.post(f"/api/v1/collections/{collection.pk}/documents", {"file": file, **more}, format="multipart")


def test_a_collection_from_birth_to_death(client_for: ClientFor, employee: User, stranger: User) -> None:
    client = client_for(employee)
    made = client.post("/api/v1/collections", {"name": "Rules", "description": "All of them"})
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["visibility"], body["documents"], body["passages"], body["can_edit"]) == ("everyone", 0, 0, True)
    assert client.post("/api/v1/collections", {"name": "Rules"}).status_code == 409
    assert client_for(stranger).post("/api/v1/collections", {"name": "Rules"}).status_code == 201
    path = f"/api/v1/collections/{body['id']}"
    group = Group.objects.create(name="Sales")
    changed = client.patch(path, {"name": "Ours", "visibility": "groups", "groups": [str(group.pk)]})
    assert changed.json()["groups"] == [{"id": str(group.pk), "name": "Sales"}]
    assert Event.objects.get(action="collection.change").facts["visibility"] == ["everyone", "groups"]
    assert [one["name"] for one in client.get("/api/v1/collections").json()["results"]] == ["Ours", "Rules"]
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "x" * 121}, {"name": "a\x00b"}, {"name": "x", "visibility": "nobody"}]
)
def test_bad_collections_are_refused(body: dict[str, str], client_for: ClientFor, employee: User) -> None:
    answer = client_for(employee).post("/api/v1/collections", body)
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_upload_is_queued_once_and_kept(
    client_for: ClientFor,
    employee: User,
    open_collection: Collection,
    sent: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    client = client_for(employee)
    with django_capture_on_commit_callbacks(execute=True):
        first = upload(client, open_collection, b"hello", "../../etc/p\u00e4sswd.txt", title="Hello")
    assert first.status_code == 202, first.content
    body = first.json()
    assert (body["status"], body["filename"], body["title"], body["size"]) == ("queued", "pässwd.txt", "Hello", 5)
    assert blobs.path(body["sha256"]).read_bytes() == b"hello"
    assert sent == [("ingestion.ingest_document", [body["id"]])]
    again = upload(client, open_collection, b"hello", "other.txt")
    assert (again.status_code, again.json()["id"]) == (200, body["id"])
    assert len(sent) == 1
    assert not list((blobs.folder() / "drafts").iterdir())
    assert Event.objects.filter(action="document.upload").count() == 1
    listed = client.get(f"/api/v1/collections/{open_collection.pk}/documents?status=queued,parsing").json()
    assert [one["id"] for one in listed["results"]] == [body["id"]]
    assert client.get(f"/api/v1/collections/{open_collection.pk}/documents?status=ready").json()["results"] == []


def test_bad_uploads_are_refused(
    client_for: ClientFor, employee: User, open_collection: Collection, settings: Any
) -> None:
    client = client_for(employee)
    assert upload(client, open_collection, b"").json()["detail"] == "The file is empty."
    settings.QUARRY_MAX_UPLOAD = 1000
    assert upload(client, open_collection, b"x" * 1001).status_code == 413
    assert upload(client, open_collection, b"x" * 200_000).status_code == 413
    assert client.post(f"/api/v1/collections/{open_collection.pk}/documents", {}, format="multipart").status_code == 400
    assert client.post(f"/api/v1/collections/{open_collection.pk}/documents", {}).status_code == 415
    assert not Document.objects.exists()
    assert not list((blobs.folder() / "drafts").iterdir())


def test_a_failed_document_is_tried_again(
    client_for: ClientFor,
    employee: User,
    open_collection: Collection,
    sent: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    client = client_for(employee)
    key = upload(client, open_collection).json()["id"]
    path = f"/api/v1/documents/{key}/retry"
    assert client.post(path).status_code == 409
    for attempt in (lambda: client.post(path), lambda: upload(client, open_collection)):
        Document.objects.update(status="failed", error="broken", attempts=3)
        with django_capture_on_commit_callbacks(execute=True):
            answer = attempt()
        assert (answer.json()["status"], answer.json()["error"]) == ("queued", "")
        assert sent.pop() == ("ingestion.ingest_document", [key])


def test_reading_a_document(
    client_for: ClientFor, employee: User, stranger: User, open_collection: Collection, shelve: Shelve
) -> None:
    document = shelve(open_collection, "first part", "second part", title="Book")
    client = client_for(stranger)
    path = f"/api/v1/documents/{document.pk}"
    body = client.get(path).json()
    assert (body["passages"], body["progress"], body["can_edit"], body["outdated"]) == (2, 1.0, False, False)
    assert client.get(f"{path}/text").json()["text"] == "first part\n\nsecond part"
    page = client.get(f"{path}/passages?limit=1").json()
    assert page["results"][0]["location"] == {"start": 0, "end": 10}
    rest = client.get(f"{path}/passages?limit=1&cursor={page['next']}").json()
    assert (rest["results"][0]["text"], rest["next"]) == ("second part", None)
    renamed = client_for(employee).patch(path, {"title": "Novel"})
    assert renamed.json()["title"] == "Novel"
    assert Event.objects.get(action="document.change").facts == {"title": ["Book", "Novel"]}


def test_the_original_comes_back_safely_and_in_parts(
    client_for: ClientFor, employee: User, open_collection: Collection
) -> None:
    client = client_for(employee)
    key = upload(client, open_collection, b"<script>0123456789</script>", "報告.html", kind="text/html").json()["id"]
    path = f"/api/v1/documents/{key}/content"
    whole = client.get(path)
    assert b"".join(whole.streaming_content) == b"<script>0123456789</script>"  # type: ignore[attr-defined]
    assert whole["Content-Type"] == "application/octet-stream"
    assert whole["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%A0%B1")
    assert whole["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert whole["X-Content-Type-Options"] == "nosniff"
    assert client.get(path, HTTP_IF_NONE_MATCH=whole["ETag"]).status_code == 304
    for wanted, text in [("bytes=8-17", b"0123456789"), ("bytes=-9", b"</script>"), ("bytes=18-", b"</script>")]:
        part = client.get(path, HTTP_RANGE=wanted)
        assert (part.status_code, b"".join(part.streaming_content)) == (206, text)  # type: ignore[attr-defined]
    assert part["Content-Range"] == "bytes 18-26/27"
    assert client.get(path, HTTP_RANGE="bytes=27-").status_code == 416
    assert client.get(path, HTTP_RANGE="lines=1-2").status_code == 200


def test_deletion_takes_everything(
    client_for: ClientFor, employee: User, open_collection: Collection, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_for(employee)
    other = Collection.objects.create(name="Other", created_by=employee)
    one, two = (upload(client, place, b"the same").json() for place in (open_collection, other))
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(f"/api/v1/documents/{one['id']}").status_code == 204
    assert client.delete(f"/api/v1/documents/{one['id']}").status_code == 404
    assert blobs.path(one["sha256"]).exists()  # the other document needs it
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(f"/api/v1/collections/{other.pk}").status_code == 204
    assert not blobs.path(two["sha256"]).exists()
    assert not Document.objects.exists()


def test_search_finds_records_and_forgets(
    client_for: ClientFor, employee: User, open_collection: Collection, shelve: Shelve
) -> None:
    document = shelve(open_collection, "The QX-2100 has 24 months of warranty.", "unrelated words")
    client = client_for(employee)
    body = client.post("/api/v1/search", {"query": "QX-2100", "limit": 1}).json()
    assert [hit["document_id"] for hit in body["results"]] == [str(document.pk)]
    assert set(body["results"][0]) == {"passage_id", "document_id", "title", "text", "score", "location"}
    event = Event.objects.get(action="search.query")
    assert (event.facts["query"], event.facts["found"][0]["document"]) == ("QX-2100", str(document.pk))
    assert client.delete(f"/api/v1/documents/{document.pk}").status_code == 204
    assert client.post("/api/v1/search", {"query": "QX-2100"}).json()["results"] == []
    assert not Passage.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": ""},
        {"query": "  "},
        {"query": "x" * 2001},
        {"query": "a\x00b"},
        {"query": "\ud800"},
        {"query": ["a"]},
        {"query": "a", "limit": 0},
        {"query": "a", "limit": 101},
        {"query": "a", "collections": ["x"]},
    ],
)
def test_bad_searches_are_refused(body: dict[str, Any], client_for: ClientFor, employee: User) -> None:
    client = client_for(employee)
    answer = client.post("/api/v1/search", json.dumps(body), content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"


READ = ["", "/content", "/text", "/passages"]


def test_the_wrong_person_gets_what_nobody_gets(
    client_for: ClientFor, stranger: User, administrator: User, closed_collection: Collection, shelve: Shelve
) -> None:
    """Every endpoint answers for a hidden thing as for one that never was."""
    document = shelve(closed_collection, "top secret merger")
    client = client_for(stranger)

    def tries(collection: uuid.UUID, key: uuid.UUID) -> list[tuple[int, bytes]]:
        within, at = f"/api/v1/collections/{collection}", f"/api/v1/documents/{key}"
        file = io.BytesIO(b"text")
        file.name = "a.txt"
        answers = [client.get(at + end) for end in READ]
        answers += [
            client.get(within),
            client.get(f"{within}/documents"),
            client.get(f"{within}/documents?status=ready"),
        ]
        answers += [client.patch(within, {"name": "x"}), client.patch(within, {}), client.delete(within)]
        answers += [client.post(f"{within}/documents", {"file": file}, format="multipart")]
        answers += [client.post(f"{within}/documents", {}, format="multipart")]
        answers += [
            client.patch(at, {"title": "x"}),
            client.patch(at, {}),
            client.delete(at),
            client.post(f"{at}/retry"),
        ]
        return [(answer.status_code, answer.content) for answer in answers]

    hidden, nothing = tries(closed_collection.pk, document.pk), tries(uuid.uuid4(), uuid.uuid4())
    assert hidden == nothing
    assert {status for status, _ in hidden} == {404}
    assert client.get("/api/v1/collections").json()["results"] == []
    for query in ({"query": "secret"}, {"query": "secret", "collections": [str(closed_collection.pk)]}):
        assert client.post("/api/v1/search", query).json()["results"] == []
    assert Document.objects.filter(pk=document.pk).exists()
    assert selectors.collection(administrator, closed_collection.pk).passages_count == 1  # type: ignore[attr-defined]


def test_readers_who_may_not_write_are_told_so(
    client_for: ClientFor, stranger: User, open_collection: Collection, shelve: Shelve
) -> None:
    document = shelve(open_collection, "open text")
    client = client_for(stranger)
    within, at = f"/api/v1/collections/{open_collection.pk}", f"/api/v1/documents/{document.pk}"
    answers = [client.patch(within, {"name": "x"}), client.delete(within), upload(client, open_collection)]
    answers += [client.patch(at, {"title": "x"}), client.delete(at), client.post(f"{at}/retry")]
    assert {answer.status_code for answer in answers} == {403}


def test_nobody_and_narrow_keys(client_for: ClientFor, employee: User, open_collection: Collection) -> None:
    assert client_for(None).post("/api/v1/search", {"query": "x"}).status_code == 401
    assert client_for(None).get("/api/v1/collections").status_code == 401
    reader = client_for(employee, "read")
    assert reader.post("/api/v1/search", {"query": "x"}).status_code == 200
    assert upload(reader, open_collection).status_code == 403


def test_groups_open_and_close_at_once(
    client_for: ClientFor, stranger: User, closed_collection: Collection, shelve: Shelve
) -> None:
    shelve(closed_collection, "merger plans")
    client = client_for(stranger)
    group = Group.objects.create(name="Board")
    closed_collection.groups.add(group)

    def found() -> int:
        return len(client.post("/api/v1/search", {"query": "merger"}).json()["results"])

    assert found() == 0
    stranger.groups.add(group)
    assert found() == 1
    stranger.groups.clear()
    assert found() == 0
