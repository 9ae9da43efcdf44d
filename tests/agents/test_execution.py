"""Carrying runs out, with the real database, the real streams, and the tiny model behind the real engine."""

import threading
from typing import Any

import pytest
from django.db import connection
from quarry import leases, runtime
from quarry.runtime import catalogue, tiny
from quarry.runtime.store import Store, digest

from agents import execution, kinds
from agents.loop import question as loop
from agents.loop.question import Outcome
from agents.models import Run, Step
from apps.accounts.models import User
from apps.audit.models import Event
from apps.knowledge.models import Document
from tests.fixtures.runs import Ask, Refusing, text_of, told
from tests.runtime.conftest import TINY_ID

pytestmark = pytest.mark.django_db(transaction=True)


def carried_out(run: Run) -> Run:
    execution.execute(run.pk)
    run.refresh_from_db()
    return run


def test_a_question_goes_from_search_to_an_answer(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo
) -> None:
    run = carried_out(ask(employee))
    assert run.status == "completed", run.error
    assert (run.model, run.model_sha256) == (model.id, model.sha256)
    assert run.usage["completion_tokens"] > 0
    assert [(step.kind, step.status) for step in run.steps.all()] == [
        ("search", "completed"),
        ("generate", "completed"),
    ]
    found = run.steps.get(kind="search").result["found"]
    assert found[0]["document_id"] == str(library.pk)
    assert (run.lease_owner, run.lease_until, run.attempts) == ("", None, 1)


def test_the_stream_tells_the_whole_run_in_order(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo
) -> None:
    run = carried_out(ask(employee))
    events = told(run)
    kinds = [event.kind for event in events]
    assert kinds[0] == "queued"
    assert kinds.index("step") < kinds.index("progress") < kinds.index("token")
    assert [kind for kind in kinds if kind in ("done", "error")] == ["done"] == kinds[-1:]
    assert events[-1].data["answer"] == run.answer
    assert text_of(events) == run.answer.strip()


def test_a_thinking_models_thoughts_are_told_and_recorded_but_are_no_answer(
    ask: Ask, library: Document, employee: User, configured: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = catalogue.find(TINY_ID)
    path = tiny.write(
        configured.path(small), template=tiny.GRANITE + "{{ '<think>' if add_generation_prompt else '' }}"
    )
    configured.record(small, {small.file_name: digest(path)}, "a test", "1")
    monkeypatch.setattr(loop, "MOST_TOKENS", 60)
    runtime.load()
    run = carried_out(ask(employee))
    thoughts = "".join(event.data["text"] for event in told(run) if event.kind == "reasoning")
    assert run.steps.get(kind="generate").result["reasoning"] == thoughts != ""
    assert thoughts not in run.answer
    assert text_of(told(run)) == run.answer


def test_the_answer_is_recorded_with_what_was_found_and_the_models_hash(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo
) -> None:
    run = carried_out(ask(employee))
    event = Event.objects.get(action="question.answer")
    assert (event.object_id, event.actor_id) == (str(run.pk), employee.pk)
    assert event.facts["model_sha256"] == model.sha256
    assert {each["document_id"] for each in event.facts["found"]} == {str(library.pk)}


def test_of_workers_that_race_one_carries_it_out(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo
) -> None:
    run, barrier = ask(employee), threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        execution.execute(run.pk)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.refresh_from_db()
    assert (run.status, run.attempts) == ("completed", 1)
    assert run.steps.filter(kind="search").count() == 1
    assert [event.kind for event in told(run)].count("done") == 1
    assert Event.objects.filter(action="question.answer").count() == 1


@pytest.mark.parametrize("question", ["Hello!", "謝謝您"])
def test_small_talk_needs_neither_search_nor_model(question: str, ask: Ask, employee: User) -> None:
    run = carried_out(ask(employee, question))
    assert (run.status, run.steps.count(), run.citations, run.model) == ("completed", 0, [], "")
    assert run.answer


def test_where_nothing_is_found_no_model_is_asked(ask: Ask, stranger: User, configured: Any) -> None:
    run = carried_out(ask(stranger, "What is the dividend per share?"))
    assert run.status == "completed"
    assert [step.kind for step in run.steps.all()] == ["search"]
    assert run.citations == []
    assert Event.objects.get(action="question.answer").facts["declined"] is True


def test_what_the_person_may_not_read_is_not_found_for_them(
    ask: Ask, library: Document, stranger: User, employee: User, model: runtime.ModelInfo
) -> None:
    library.collection.visibility = "groups"
    library.collection.save()
    assert carried_out(ask(stranger)).steps.get(kind="search").result["found"] == []
    assert carried_out(ask(employee)).steps.get(kind="search").result["found"] != []


def test_a_person_whose_account_was_closed_meanwhile_learns_nothing(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo
) -> None:
    run = ask(employee)
    User.objects.filter(pk=employee.pk).update(is_active=False)
    assert carried_out(run).steps.get(kind="search").result["found"] == []


def test_collections_that_are_all_gone_are_not_everything(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo
) -> None:
    assert carried_out(ask(employee, collections=[])).steps.get(kind="search").result["found"] == []


def test_without_a_model_the_run_ends_with_a_clear_error(
    ask: Ask, library: Document, employee: User, configured: Any
) -> None:
    run = carried_out(ask(employee))
    assert run.status == "failed"
    assert run.error["type"] == "urn:quarry:problem:model"
    assert "not loaded" in run.error["detail"]
    assert told(run)[-1].kind == "error"
    assert told(run)[-1].data == run.error
    assert run.steps.get(kind="generate").status == "failed"
    assert Event.objects.get(action="question.fail").facts["error"] == run.error


def test_a_prompt_that_is_too_long_says_so(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo
) -> None:
    run = carried_out(ask(employee, "leave 特別休假 " * 600))
    assert run.status == "failed"
    assert run.error["type"] == "urn:quarry:problem:context-length"


def test_the_time_limit_is_an_error_and_no_cancellation(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(kinds._kinds, Run.Kind.QUESTION, kinds.Kind(loop.Question, -1.0))
    run = carried_out(ask(employee))
    assert run.status == "failed"
    assert run.error["type"] == "urn:quarry:problem:time-limit"


def test_an_answer_without_its_audit_event_is_not_stored(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo, refusing: Refusing
) -> None:
    run = ask(employee)
    with refusing("question.answer"):
        carried_out(run)
    assert (run.status, run.answer) == ("failed", "")
    assert run.error["title"] == "Something went wrong on our side"
    assert Event.objects.filter(action="question.fail", object_id=str(run.pk)).count() == 1


def test_a_failure_without_its_audit_event_is_not_stored(
    ask: Ask, library: Document, employee: User, configured: Any, refusing: Refusing
) -> None:
    run = ask(employee)
    with refusing("question.%"), pytest.raises(Exception, match="refused"):
        execution.execute(run.pk)
    run.refresh_from_db()
    assert run.status == "running", "the lease runs out, and recovery takes it up"
    assert told(run)[-1].kind != "error"


def test_who_lost_the_run_writes_nothing(ask: Ask, employee: User) -> None:
    waiting = Run.objects.filter(pk=ask(employee).pk)
    leases.claim(waiting, status="running")
    mine = waiting.get()
    leases.claim(waiting, status="running")  # the next attempt, by this same process
    execution.finish(mine, Outcome("an old answer"))
    assert (waiting.get().status, waiting.get().answer) == ("running", "")
    assert not Event.objects.filter(action="question.answer").exists()


def test_a_run_that_is_deleted_while_it_is_worked_on_is_dropped_quietly(
    ask: Ask,
    library: Document,
    employee: User,
    model: runtime.ModelInfo,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    run, found = ask(employee), loop.find.passages

    def found_late(*arguments: Any) -> Any:
        Run.objects.filter(pk=run.pk).delete()
        return found(*arguments)

    monkeypatch.setattr(loop.find, "passages", found_late)
    execution.execute(run.pk)
    assert not Run.objects.exists()
    assert not Step.objects.exists()
    assert not [entry for entry in caplog.records if entry.levelname == "ERROR"]
