"""What is hidden from a person answers like what does not exist: bodies, codes, counts, clashes of names."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from quarry.celery import app
from rest_framework.test import APIClient

from apps.accounts.models import Group, User
from apps.audit.models import Event
from apps.knowledge.actions import upload_document
from apps.knowledge.models import Collection, Document
from tests.knowledge.conftest import Shelve

ClientFor = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "send_task", lambda name, args, **_: None)


@pytest.fixture
def board(administrator: User) -> Group:
    group = Group.objects.create(name="Board")
    group.members.add(User.objects.create_user("bea@example.test", "a-good-password", name="Bea"))
    return group


@pytest.fixture
def secret(board: Group, shelve: Shelve, closed_collection: Collection) -> Document:
    """A ready document that only the board (and administrators) may read."""
    closed_collection.groups.add(board)
    return shelve(closed_collection, "The merger with Aurora Pumps closes in May.", title="Merger")


PATHS = [
    ("get", "/collections/{collection}"),
    ("head", "/collections/{collection}"),
    ("options", "/collections/{collection}"),
    ("put", "/collections/{collection}"),
    ("get", "/collections/{collection}/documents"),
    ("get", "/collections/{collection}/documents?status=failed"),
    ("get", "/collections/{collection}/documents?limit=1&cursor=zzz"),
    ("options", "/collections/{collection}/documents"),
    ("get", "/documents/{document}"),
    ("head", "/documents/{document}"),
    ("options", "/documents/{document}"),
    ("put", "/documents/{document}"),
    ("get", "/documents/{document}/text"),
    ("get", "/documents/{document}/content"),
    ("head", "/documents/{document}/content"),
    ("get", "/documents/{document}/passages"),
    ("get", "/documents/{document}/passages?limit=1&cursor=zzz"),
    ("post", "/documents/{document}/retry"),
    ("delete", "/documents/{document}"),
    ("delete", "/collections/{collection}"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_every_address_answers_as_for_nothing(
    method: str, path: str, client_for: ClientFor, stranger: User, secret: Document
) -> None:
    client = client_for(stranger)

    def answer(collection: uuid.UUID, document: uuid.UUID) -> tuple[Any, ...]:
        # A real ETag and a range must not make a difference either.
        headers = {"HTTP_IF_NONE_MATCH": f'"{secret.sha256}"', "HTTP_RANGE": "bytes=0-3"}
        found = getattr(client, method)("/api/v1" + path.format(collection=collection, document=document), **headers)
        return found.status_code, found.content, {k: v for k, v in found.headers.items() if k != "Content-Length"}

    hidden = answer(secret.collection_id, secret.pk)
    assert hidden == answer(uuid.uuid4(), uuid.uuid4())
    assert hidden[0] == 404 or method in ("options", "put")
    assert Document.objects.filter(pk=secret.pk).exists()


def test_names_clash_only_with_ones_own(client_for: ClientFor, stranger: User, secret: Document) -> None:
    client = client_for(stranger)
    made = client.post("/api/v1/collections", {"name": secret.collection.name})
    assert made.status_code == 201
    mine = made.json()["id"]
    other = client.post("/api/v1/collections", {"name": "Other"}).json()["id"]
    assert client.patch(f"/api/v1/collections/{other}", {"name": "Closed"}).status_code == 409, "one's own"
    assert client.patch(f"/api/v1/collections/{mine}", {"name": "Merger"}).status_code == 200


def test_the_same_bytes_are_new_to_whoever_may_not_see_them(
    client_for: ClientFor, administrator: User, stranger: User, closed_collection: Collection
) -> None:
    """Neither the status, nor the id, nor the state of the hidden copy shows."""
    hidden, _ = upload_document(administrator, closed_collection, [b"the same bytes"], filename="plan.txt")
    Document.objects.update(status="failed", error="hidden sentence")
    mine = Collection.objects.create(name="Mine", created_by=stranger)
    client = client_for(stranger)

    def upload(content: bytes) -> Any:
        body = {"file": SimpleUploadedFile("plan.txt", content)}
        return client.post(f"/api/v1/collections/{mine.pk}/documents", body, format="multipart")

    known, new = upload(b"the same bytes"), upload(b"other bytes...")
    assert (known.status_code, new.status_code) == (202, 202)
    different = {"id", "sha256", "created_at", "updated_at"}
    assert {k: v for k, v in known.json().items() if k not in different} == {
        k: v for k, v in new.json().items() if k not in different
    }
    assert known.json()["id"] != str(hidden.pk)
    hidden.refresh_from_db()
    assert (hidden.status, hidden.error) == ("failed", "hidden sentence")
    client.delete(f"/api/v1/documents/{known.json()['id']}")
    assert client_for(administrator).get(f"/api/v1/documents/{hidden.pk}/content").status_code == 200


def test_counts_and_lists_leave_it_out(client_for: ClientFor, stranger: User, secret: Document, shelve: Shelve) -> None:
    mine = Collection.objects.create(name="Mine", created_by=stranger)
    shelve(mine, "My own words.")
    listed = client_for(stranger).get("/api/v1/collections").json()["results"]
    assert [(one["name"], one["documents"], one["passages"]) for one in listed] == [("Mine", 1, 1)]


@pytest.mark.parametrize(
    "query", ["merger", "Aurora Pumps", '"closes in May"', "when does the merger close?", "Merger"]
)
def test_search_with_and_without_a_filter_says_the_same_as_for_nothing(
    query: str, client_for: ClientFor, stranger: User, secret: Document, shelve: Shelve
) -> None:
    mine = Collection.objects.create(name="Mine", created_by=stranger)
    shelve(mine, "Pumps close valves in May.", "Something else.")
    client = client_for(stranger)

    def search(*collections: uuid.UUID) -> Any:
        body = {"query": query} | ({"collections": [str(key) for key in collections]} if collections else {})
        return client.post("/api/v1/search", body).json()

    nothing = uuid.uuid4()
    assert search(secret.collection_id) == search(nothing) == {"results": [], "warning": ""}
    assert search(mine.pk, secret.collection_id) == search(mine.pk, nothing) == search(mine.pk)
    everything = search()
    secret.collection.delete()
    assert everything == search(), "scores do not depend on what is hidden"


def test_the_door_opens_for_the_group_and_closes_behind_it(
    client_for: ClientFor, board: Group, stranger: User, secret: Document
) -> None:
    member = board.members.get()
    insider = client_for(member)
    path = f"/api/v1/documents/{secret.pk}"
    assert insider.get(path).status_code == 200
    assert insider.delete(path).status_code == 403, "readers are told that they may not, and nobody else"
    board.members.remove(member)
    assert insider.get(path).status_code == 404
    assert insider.delete(path).status_code == 404
    assert insider.post("/api/v1/search", {"query": "merger"}).json()["results"] == []
    assert not Event.objects.filter(action="document.delete").exists()
