"""Uploads that come twice, at once, after a failure, under strange names or broken."""

import threading
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from quarry.api import Problem
from quarry.celery import app
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.audit.models import Event
from apps.knowledge import blobs
from apps.knowledge.actions import delete_document, rename_document, retry_document, upload_document
from apps.knowledge.models import Collection, Document

ClientFor = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that would go to the ingestion workers, which do not run here."""
    keys: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda name, args, **_: keys.extend(args))
    return keys


def fail(document: Document, sentence: str = "broken") -> None:
    Document.objects.filter(pk=document.pk).update(status="failed", error=sentence, attempts=3)


def test_the_same_bytes_again_restore_a_lost_file(employee: User, open_collection: Collection) -> None:
    """ "The uploaded file is missing; upload it again" has to help."""
    document, _ = upload_document(employee, open_collection, [b"text"], filename="a.txt")
    for status in ("failed", "ready"):
        Document.objects.update(status=status)
        blobs.remove(document.sha256)
        again, new = upload_document(employee, open_collection, [b"text"], filename="a.txt")
        assert (again.pk, new) == (document.pk, False)
        assert blobs.path(document.sha256).read_bytes() == b"text"


def test_a_failed_file_may_come_again_under_a_better_name(employee: User, open_collection: Collection) -> None:
    document, _ = upload_document(employee, open_collection, [b"{not json"], filename="notes.json")
    fail(document, "The file is not correct JSON.")
    again, new = upload_document(
        employee, open_collection, [b"{not json"], filename="notes.txt", media_type="text/plain"
    )
    assert (again.pk, new, again.status, again.error) == (document.pk, False, "queued", "")
    assert (again.filename, again.title, again.media_type) == ("notes.txt", "notes.txt", "text/plain")
    rename_document(employee, again, "My notes")
    fail(document)
    again, _ = upload_document(employee, open_collection, [b"{not json"], filename="notes.md")
    assert (again.filename, again.title) == ("notes.md", "My notes")
    assert Event.objects.filter(action="document.retry").count() == 2


def test_a_retry_does_not_take_a_document_from_the_worker_that_has_it(
    employee: User, open_collection: Collection
) -> None:
    document, _ = upload_document(employee, open_collection, [b"text"], filename="a.txt")
    fail(document)
    document.refresh_from_db()
    Document.objects.update(status="parsing", lease_owner="worker")
    with pytest.raises(Problem, match="changed meanwhile"):
        retry_document(employee, document)
    assert Document.objects.get().lease_owner == "worker"


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_at_once_are_one_document(employee: User, open_collection: Collection, sent: list[str]) -> None:
    other = Collection.objects.create(name="Other", created_by=employee)
    found: list[tuple[Collection, Document, bool]] = []
    start = threading.Barrier(8)

    def upload(collection: Collection) -> None:
        start.wait()
        found.append((collection, *upload_document(employee, collection, [b"the same"], filename="a.txt")))
        connection.close()

    threads = [threading.Thread(target=upload, args=[place]) for place in [open_collection, other] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 8
    for place in (open_collection, other):
        assert len({document.pk for collection, document, _ in found if collection == place}) == 1
        assert sum(new for collection, _, new in found if collection == place) == 1
    assert len(sent) == Document.objects.count() == 2
    assert not list((blobs.folder() / "drafts").iterdir())


@pytest.mark.django_db(transaction=True)
def test_deleting_and_uploading_at_once_never_loses_the_bytes(employee: User, open_collection: Collection) -> None:
    """The last owner of the bytes goes while another comes: the file stays for as long as somebody needs it."""
    other = Collection.objects.create(name="Other", created_by=employee)
    for _ in range(15):
        document, _ = upload_document(employee, open_collection, [b"the same"], filename="a.txt")
        start = threading.Barrier(2)

        def delete(document: Document = document, start: threading.Barrier = start) -> None:
            start.wait()
            delete_document(employee, document)
            connection.close()

        deleting = threading.Thread(target=delete)
        deleting.start()
        start.wait()
        came, _ = upload_document(employee, other, [b"the same"], filename="a.txt")
        deleting.join(30)
        assert blobs.path(came.sha256).read_bytes() == b"the same"
        delete_document(employee, came)
        assert not blobs.path(came.sha256).exists()


@pytest.mark.parametrize(
    "error", [ConnectionError("gone"), KeyboardInterrupt(), OSError(28, "No space left on device")]
)
def test_a_stream_that_breaks_off_leaves_nothing(
    error: BaseException, employee: User, open_collection: Collection, sent: list[str]
) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half of it"
        raise error

    with pytest.raises(type(error)):
        upload_document(employee, open_collection, pieces(), filename="a.txt")
    assert not Document.objects.exists()
    assert not list((blobs.folder() / "drafts").iterdir())
    assert sent == []


NAMES = [
    ("../../etc/passwd", "passwd"),
    ("C:\\Users\\wang\\報告.docx", "報告.docx"),
    ("..", "unnamed"),
    ("a\r\nSet-Cookie: x=1.txt", "a  Set-Cookie: x=1.txt"),
    ("\x1b[31mred.txt", "[31mred.txt"),
    ("invoice\u202excod.exe", "invoicexcod.exe"),
    ("員工\u3000手冊.pdf", "員工 手冊.pdf"),
    ("\u200b\u2060", "unnamed"),
    ("x" * 400 + ".pdf", "x" * 251 + ".pdf"),
    ("中" * 400 + ".pdf", "中" * 251 + ".pdf"),
    ('quo"te;=%0d%0a.txt', 'quo"te;=%0d%0a.txt'),
    ("👩\u200d💻.txt", "👩💻.txt"),
]


@pytest.mark.parametrize(("name", "kept"), NAMES)
def test_names(name: str, kept: str, employee: User, open_collection: Collection, client_for: ClientFor) -> None:
    document, _ = upload_document(employee, open_collection, [b"text"], filename=name)
    assert document.filename == kept
    assert document.title == document.filename
    assert not any(unicodedata.category(char).startswith("C") for char in document.filename)
    header = client_for(employee).get(f"/api/v1/documents/{document.pk}/content")["Content-Disposition"]
    assert header.startswith("attachment; filename")
    assert "\n" not in header


def test_names_over_http(employee: User, open_collection: Collection, client_for: ClientFor) -> None:
    """What Django's own form parser does with them comes first."""
    client = client_for(employee)
    for number, (name, _) in enumerate(NAMES):
        file = SimpleUploadedFile("x", b"text %d" % number)
        file._name = name  # type: ignore[attr-defined]
        body = {"file": file, "title": f"{name[:100]}\u202e\x07"}
        answer = client.post(f"/api/v1/collections/{open_collection.pk}/documents", body, format="multipart")
        assert answer.status_code in (202, 400), answer.content
        if answer.status_code == 202:
            shown = answer.json()["filename"] + answer.json()["title"]
            assert not any(unicodedata.category(char).startswith("C") for char in shown)


def test_titles_hold_only_what_can_be_seen(employee: User, open_collection: Collection, client_for: ClientFor) -> None:
    document, _ = upload_document(
        employee, open_collection, [b"text"], filename="a.txt", title=" 員工\u202e\n手冊\x07 "
    )
    assert document.title == "員工 手冊"
    path = f"/api/v1/documents/{document.pk}"
    assert client_for(employee).patch(path, {"title": "new\u202etitle"}).json()["title"] == "newtitle"
    assert client_for(employee).patch(path, {"title": "\u202e\u200b"}).json()["title"] == "a.txt"


FORM = "multipart/form-data; boundary=b"
PART = b"--b\r\nContent-Disposition: form-data; name="


@pytest.mark.parametrize(
    ("body", "kind", "sentence"),
    [
        (b"not a form at all", FORM, "No file was submitted"),
        (b"--b--", "multipart/form-data", "Invalid boundary"),
        (PART + b"file\r\n\r\ntext\r\n--b--\r\n", FORM, "not a file"),
        (PART + b"file; filename=\r\n\r\ntext\r\n--b--\r\n", FORM, "file"),
        ((PART + b"x\r\n\r\n1\r\n") * 1_200 + b"--b--\r\n", FORM, "could not be read"),
        ((PART + b"f; filename=a\r\n\r\n1\r\n") * 200 + b"--b--\r\n", FORM, "could not be read"),
    ],
)
def test_broken_forms_are_refused(
    body: bytes, kind: str, sentence: str, employee: User, open_collection: Collection, client_for: ClientFor
) -> None:
    path = f"/api/v1/collections/{open_collection.pk}/documents"
    answer: Any = client_for(employee).generic("POST", path, body, kind)
    assert answer.status_code == 400, answer.content
    assert sentence in answer.json()["detail"]
    assert not Document.objects.exists()
