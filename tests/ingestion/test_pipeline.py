"""From an uploaded file to passages, through the real database, file store and parser process."""

import threading
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from quarry import leases, runtime

from apps.accounts.models import User
from apps.audit.models import Event
from apps.knowledge import blobs
from apps.knowledge.actions import delete_document
from apps.knowledge.models import Document, DocumentText, Passage
from ingestion import patience, pipeline, recovery
from ingestion.embedding import embed_all, with_context
from tests.ingestion.conftest import SPACE, Queue, encode

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("encoder")]

POLICY = """第一章 總則

本公司員工請假應於三日前提出申請，並經直屬主管核准。

第二章 特別休假

到職滿一年者，每年享有特別休假七日；滿三年者十四日。未休完之特別休假，得遞延一年。
"""


def test_a_document_becomes_passages_with_exact_places(queue: Queue) -> None:
    document = queue(POLICY.encode(), "請假辦法.txt", title="請假辦法")
    assert pipeline.ingest(document.pk)
    document.refresh_from_db()
    assert (document.status, document.progress, document.error) == ("ready", 1.0, "")
    assert (document.language, document.media_type) == ("zh-Hant", "text/plain")
    assert (document.lease_owner, document.lease_until, document.attempts) == ("", None, 0)
    text = DocumentText.objects.get(document=document)
    passages = list(Passage.objects.filter(document=document))
    assert document.passages_count == len(passages) == 2
    assert all(text.text[passage.start : passage.end] == passage.text for passage in passages)
    assert [passage.heading for passage in passages] == ["第一章 總則", "第二章 特別休假"]
    assert "特別休假七日" in passages[1].text
    assert [heading["title"] for heading in text.headings] == ["第一章 總則", "第二章 特別休假"]


def test_reading_and_failing_are_recorded(queue: Queue) -> None:
    good, bad = queue(POLICY.encode()), queue(b"\x7fELF" + b"\0" * 100, "tool.txt")
    pipeline.ingest(good.pk)
    pipeline.ingest(bad.pk)
    events = {event.action: event for event in Event.objects.filter(action__in=["document.ingest", "document.fail"])}
    assert events["document.ingest"].facts["passages"] == 2
    assert events["document.ingest"].actor is None
    assert "program" in events["document.fail"].facts["error"]
    bad.refresh_from_db()
    assert (bad.status, bad.error) == ("failed", "The file is a program, not a document.")


def test_a_second_message_finds_nothing_to_do(queue: Queue) -> None:
    document = queue(POLICY.encode())
    assert pipeline.ingest(document.pk)
    before = set(Passage.objects.values_list("pk", flat=True))
    assert not pipeline.ingest(document.pk)
    assert set(Passage.objects.values_list("pk", flat=True)) == before
    assert not pipeline.ingest(uuid.uuid4())


def test_reading_again_swaps_and_does_not_double(queue: Queue) -> None:
    document = queue(POLICY.encode())
    pipeline.ingest(document.pk)
    Document.objects.filter(pk=document.pk).update(status="queued")
    pipeline.ingest(document.pk)
    assert Passage.objects.filter(document=document).count() == 2


def test_a_document_deleted_meanwhile_ends_quietly(
    queue: Queue, employee: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = queue(POLICY.encode())

    def delete() -> None:
        delete_document(employee, document)
        connection.close()

    def delete_then_encode(texts: Sequence[str], *rest: Any) -> np.ndarray:
        deleting = threading.Thread(target=delete)
        deleting.start()
        deleting.join()
        return encode(texts)

    monkeypatch.setattr(runtime, "embed", delete_then_encode)
    assert not pipeline.ingest(document.pk)
    assert not Document.objects.filter(pk=document.pk).exists()
    assert not Passage.objects.exists()
    assert not Event.objects.filter(action="document.fail").exists()


def test_a_file_that_vanished_is_said_so(queue: Queue) -> None:
    document = queue(POLICY.encode())
    blobs.remove(document.sha256)
    pipeline.ingest(document.pk)
    document.refresh_from_db()
    assert document.status == "failed"
    assert "missing" in document.error


def test_an_outage_is_waited_out(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    document = queue(POLICY.encode())
    outages = [runtime.ModelUnavailable("starting"), ConnectionError("Valkey restarts"), OperationalError("restarting")]

    def flaky(texts: Sequence[str], *rest: Any) -> np.ndarray:
        if outages:
            raise outages.pop()
        return encode(texts)

    monkeypatch.setattr(runtime, "embed", flaky)
    assert pipeline.ingest(document.pk)
    document.refresh_from_db()
    assert document.status == "ready"


def test_a_long_outage_leaves_the_document_to_recovery(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    document = queue(POLICY.encode())

    def down(*_: Any) -> np.ndarray:
        raise runtime.ModelUnavailable("no worker")

    monkeypatch.setattr(runtime, "embed", down)
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0.1)
    with pytest.raises(runtime.ModelUnavailable):
        pipeline.ingest(document.pk)
    document.refresh_from_db()
    assert document.status == "embedding"
    monkeypatch.setattr(runtime, "embed", encode)
    lapse(document)
    assert recovery.recover() == 1
    assert pipeline.ingest(document.pk)
    document.refresh_from_db()
    assert document.status == "ready"


def lapse(document: Document, **changes: Any) -> None:
    """As if its worker had been gone for a minute."""
    past = timezone.now() - timedelta(minutes=1)
    Document.objects.filter(pk=document.pk).update(lease_until=past, lease_owner="dead:1:x", **changes)


def test_a_dead_workers_document_is_queued_again_until_the_third_attempt(queue: Queue) -> None:
    document = queue(POLICY.encode())
    for attempt in (1, 2):
        lapse(document, status="parsing", attempts=attempt)
        assert recovery.recover() == 1
        document.refresh_from_db()
        assert (document.status, document.lease_owner) == ("queued", "")
    lapse(document, status="parsing", attempts=3)
    recovery.recover()
    document.refresh_from_db()
    assert document.status == "failed"
    assert "died 3 times" in document.error
    assert Event.objects.filter(action="document.fail").count() == 1


def test_work_under_a_lease_is_left_alone(queue: Queue) -> None:
    document = queue(POLICY.encode())
    leases.claim(Document.objects.filter(pk=document.pk), status="parsing")
    assert recovery.recover() == 0
    assert not pipeline.ingest(document.pk)


def test_who_lost_the_lease_writes_nothing(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    document = queue(POLICY.encode())

    def lose_then_encode(texts: Sequence[str], *rest: Any) -> np.ndarray:
        lapse(document)
        return encode(texts)

    monkeypatch.setattr(runtime, "embed", lose_then_encode)
    assert not pipeline.ingest(document.pk)
    document.refresh_from_db()
    assert document.status == "embedding"
    assert not Passage.objects.exists()


def test_a_lost_message_is_sent_again(queue: Queue) -> None:
    from quarry.celery import app

    document = queue(POLICY.encode())
    with app.connection_for_write() as broker:
        broker.default_channel.queue_purge("ingestion")
    assert recovery.recover() == 0, "it has only just been queued"
    Document.objects.filter(pk=document.pk).update(updated_at=timezone.now() - timedelta(minutes=2))
    assert recovery.recover() == 1
    assert recovery.messages_waiting() == 1
    assert recovery.recover() == 0


def test_vectors_come_back_in_the_order_of_the_texts() -> None:
    texts = [f"{'x' * (index * 7 % 40)} {index}" for index in range(100)]
    heard: list[float] = []
    vectors = embed_all(texts, SPACE, heard.append, threading.Event())
    np.testing.assert_array_equal(vectors, encode(texts))
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_the_context_is_what_the_passage_does_not_say_itself(chunk_of: Callable[[str, str], Any]) -> None:
    assert with_context("Handbook", chunk_of("Leave > Sick leave", "Call your manager.")) == (
        "Handbook > Leave > Sick leave\nCall your manager."
    )
    assert with_context("Leave", chunk_of("Leave", "Leave\n\nAsk early.")) == "Leave\n\nAsk early."


@pytest.fixture
def chunk_of() -> Callable[[str, str], Any]:
    from ingestion.chunk import Chunk

    return lambda heading, text: Chunk(0, text, 0, len(text), None, heading)
