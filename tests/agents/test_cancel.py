"""Stop stops: at once while a run waits, within a few tokens while it is written."""

import threading
from typing import Any

import pytest
from django.db import connection
from quarry import events, leases, runtime

from agents import actions, execution
from agents.loop import question as loop
from agents.models import Run
from apps.accounts.models import User
from apps.audit.models import Event
from apps.knowledge.models import Document
from tests.fixtures.runs import Ask, Refusing, told

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_run_that_waits_ends_at_once_and_no_worker_takes_it(ask: Ask, employee: User) -> None:
    run = ask(employee)
    assert actions.cancel(employee, run).status == "cancelled"
    execution.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.attempts) == ("cancelled", 0)
    assert told(run)[-1].kind == "done"
    assert told(run)[-1].data["status"] == "cancelled"
    assert Event.objects.get(action="question.cancel").object_id == str(run.pk)


def test_a_run_that_is_written_stops_within_a_few_tokens(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "MOST_TOKENS", 3000)
    run = ask(employee)

    def work() -> None:
        execution.execute(run.pk)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    for event in events.follow(run.pk, ended=lambda: None):
        if event.kind == "token":
            assert actions.cancel(employee, run).status == "running", "the worker ends it, not the request"
            break
    worker.join(20)
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert 0 < run.usage["completion_tokens"] < 3000
    assert run.steps.get(kind="generate").result["reason"] == "cancelled"
    assert told(run)[-1].data["status"] == "cancelled"
    assert Event.objects.get(action="question.answer").facts["status"] == "cancelled"


def test_a_run_that_was_stopped_before_it_is_searched_is_not_written(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo
) -> None:
    run = ask(employee)
    events.request_cancel(run.pk)
    execution.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.answer) == ("cancelled", "")
    assert not run.steps.filter(kind="generate").exists()


def test_a_run_that_has_ended_stays_as_it_is(ask: Ask, employee: User) -> None:
    run = ask(employee, "Hello")
    execution.execute(run.pk)
    assert actions.cancel(employee, run).status == "completed"
    assert not Event.objects.filter(action="question.cancel").exists()
    assert not events.is_cancelled(run.pk)


def test_a_cancellation_without_its_audit_event_does_not_happen(ask: Ask, employee: User, refusing: Refusing) -> None:
    waiting, running = ask(employee), ask(employee)
    leases.claim(Run.objects.filter(pk=running.pk), status="running")
    for run in (waiting, running):
        with refusing("question.cancel"), pytest.raises(Exception, match="refused"):
            actions.cancel(employee, run)
    waiting.refresh_from_db()
    assert waiting.status == "queued"
    assert not events.is_cancelled(running.pk)


def test_over_the_api(ask: Ask, employee: User, client_for: Any) -> None:
    run, api = ask(employee), client_for(employee)
    for _ in range(2):
        answer = api.post(f"/api/v1/runs/{run.pk}/cancel")
        assert (answer.status_code, answer.json()) == (202, {"id": str(run.pk), "status": "cancelled"})
    assert api.get(f"/api/v1/runs/{run.pk}").json()["status"] == "cancelled"
