"""The last mile: Celery's own worker takes a question out of Valkey's queue and answers it."""

import pytest
from celery.contrib.testing.worker import start_worker
from quarry import events, runtime
from quarry.celery import app
from quarry.web.health import queue_length

from agents import selectors
from apps.accounts.models import User
from apps.knowledge.models import Document
from tests.fixtures.runs import Ask, text_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_questions_are_answered_by_a_worker_with_threads(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo
) -> None:
    runs = [ask(employee), ask(employee, "多久更換濾網？"), ask(employee, "Hello")]
    assert queue_length("inference") == 3
    with start_worker(app, pool="threads", concurrency=2, queues=["inference"], perform_ping_check=False):
        for run in runs:
            followed = list(events.follow(run.pk, ended=lambda run=run: selectors.ended_event(run.pk)))
            assert followed[-1].kind == "done", followed[-1].data
            assert text_of(followed) == followed[-1].data["answer"].strip()
    assert queue_length("inference") == 0
    for run in runs:
        run.refresh_from_db()
        assert (run.status, run.attempts) == ("completed", 1)
