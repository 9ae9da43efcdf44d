"""People decide: the real queue, the real database, and the tiny model behind the real engine."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import connection
from django.utils import timezone
from quarry import events
from quarry.api import Problem
from quarry.celery import app
from quarry.web.health import queue_length

from agents import execution, queue, selectors
from agents.actions import cancel
from agents.approvals import actions
from agents.approvals.models import Approval, Decision
from agents.models import Run, Step
from agents.tools.models import Operation
from apps.accounts.models import User
from apps.audit.models import Event
from tests.agents.acting import carried_out, operation
from tests.agents.approvals.deciding import FRIDAY, MONDAY, asked, decide
from tests.fixtures.product import wait_for
from tests.fixtures.runs import told

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_tiny_model_waits_is_allowed_and_goes_on(
    book: Operation, hand_over: Any, calling: Any, done: Any, employee: User
) -> None:
    """Through Celery's own worker: while people decide, it is free for others."""
    calling(1)
    run = hand_over()
    with start_worker(app, pool="threads", concurrency=1, queues=["inference"], perform_ping_check=False):
        wait_for(lambda: status(run) == "awaiting_approval", 30, lambda: status(run))
        assert done == []
        run.refresh_from_db()
        assert (run.lease_owner, run.lease_until) == ("", None)
        assert queue_length("inference") == 0
        other = hand_over(tools=[])
        wait_for(lambda: status(other) == "completed", 30, lambda: status(other))
        decide(employee, run)
        wait_for(lambda: status(run) in Run.ENDED, 30, lambda: status(run))
    run.refresh_from_db()
    assert run.status == "completed", run.error
    assert len(done) == 1
    assert done[0][1] == run.steps.get(kind="tool").arguments
    kinds = [event.kind for event in told(run)]
    assert kinds.index("approval_required") < kinds.index("tool_call") < kinds.index("tool_result")
    assert kinds[-1] == "done"


def status(run: Run) -> str:
    return str(Run.objects.values_list("status", flat=True).get(pk=run.pk))


def test_the_person_sees_what_exactly_and_why(waiting: Run, employee: User, client_for: Any) -> None:
    facts = client_for(employee).get("/api/v1/approvals").json()["results"]
    assert [each["step"] for each in facts] == [str(waiting.steps.get(kind="tool").pk)]
    shown = facts[0]
    assert shown["arguments"] == [{"name": "day", "label": "Day", "value": "monday"}]
    assert (shown["title"], shown["effect"], shown["tool"]) == ("Book leave", "Books a day off.", "Office")
    assert (shown["why"], shown["needed"], shown["writes"]) == ("policy", 1, True)
    assert shown["scopes"] == ["once", "conversation"]
    step = client_for(employee).get(f"/api/v1/runs/{waiting.pk}").json()["steps"][1]
    assert (step["status"], step["simple"]["kind"], step["approval"]["status"]) == ("waiting", "waits", "pending")
    assert told(waiting)[-1].kind == "approval_required"


def test_arguments_are_shown_in_the_order_of_the_tool_s_own_description(
    hand_over: Any, script: Any, employee: User, client_for: Any
) -> None:
    """PostgreSQL would put short names first."""
    text = {"type": "string"}
    period = {"type": "object", "properties": {"first": text, "to": text, "at": text}}
    fields = {"employee": text, "periods": {"type": "array", "items": period}, "why": text, "x": text}
    schema = {"type": "object", "properties": fields, "required": ["employee"]}
    operation("book", writes=True, needs_approval="always", parameters=schema)
    days = [{"at": "noon", "to": "2027-03-02", "first": "2027-03-01"}]
    script([("book", {"x": "y", "why": "Rest", "periods": days, "employee": "Emma"})], "Settled.")
    run = carried_out(hand_over())
    assert run.status == "awaiting_approval", run.error
    [shown] = client_for(employee).get("/api/v1/approvals").json()["results"]
    assert [each["name"] for each in shown["arguments"]] == list(fields)
    assert list(shown["arguments"][1]["value"][0]) == list(period["properties"])


def test_over_the_api_it_is_allowed_and_done_once(waiting: Run, employee: User, client_for: Any, done: Any) -> None:
    path = f"/api/v1/runs/{waiting.pk}/approvals/{asked(waiting).step_id}"
    answer = client_for(employee).post(path, {"decision": "approve"})
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert done == []
    assert carried_out(waiting).answer == "Settled."
    assert done == [("book", MONDAY)]
    again = client_for(employee).post(path, {"decision": "approve"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:quarry:problem:not-awaiting-approval")
    decision = asked(waiting).decisions.get()
    assert (decision.person_id, decision.verdict, decision.via) == (employee.pk, "approve", "api")
    event = Event.objects.get(action="approval.approve")
    assert (event.actor_id, event.facts["function"], event.facts["via"]) == (employee.pk, "book", "api")
    assert Event.objects.get(action="approval.request").facts["arguments"][0]["value"] == "monday"


def test_waiting_for_people_is_no_attempt(waiting: Run, employee: User, client_for: Any) -> None:
    assert waiting.attempts == 1
    decide(employee, waiting)
    assert carried_out(waiting).attempts == 1
    assert {step.attempt for step in waiting.steps.all()} == {1}
    assert client_for(employee).get(f"/api/v1/runs/{waiting.pk}").json()["attempts"] == 1


def test_a_refusal_is_not_done_and_its_note_reaches_the_model(
    book: Operation, hand_over: Any, script: Any, employee: User, done: Any
) -> None:
    model = script([("book", MONDAY)], "As you wish.")
    run = carried_out(hand_over())
    decide(employee, run, "reject", note="Not on Monday, the auditors come.")
    assert carried_out(run).status == "completed"
    assert done == []
    assert "the auditors come" in model.read[-1][-1].content
    assert run.steps.get(kind="tool").status == "failed"


def test_nobody_else_may_decide(waiting: Run, stranger: User, administrator: User, done: Any) -> None:
    for person in (stranger, administrator):
        with pytest.raises(Problem) as problem:
            decide(person, waiting)
        assert problem.value.status == 404
    assert not Decision.objects.exists()


def test_while_nobody_decides_nothing_is_done(waiting: Run, done: Any) -> None:
    assert carried_out(waiting).status == "awaiting_approval"
    assert queue.take() is None
    assert done == []


def test_when_the_time_is_over_the_run_goes_on_without(waiting: Run, employee: User, done: Any) -> None:
    Approval.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Problem, match="over"):
        decide(employee, waiting)
    assert actions.expire() == 1
    assert actions.expire() == 0
    assert carried_out(waiting).status == "completed"
    assert done == []
    assert asked(waiting).status == "expired"
    assert "in time" in waiting.steps.get(kind="tool").result["error"]
    assert Event.objects.filter(action="approval.expire").count() == 1


def test_stopping_a_run_that_waits_ends_the_waiting(waiting: Run, employee: User, client_for: Any) -> None:
    assert cancel(employee, waiting).status == "cancelled"
    assert client_for(employee).get("/api/v1/approvals").json()["results"] == []
    with pytest.raises(Problem) as problem:
        decide(employee, waiting)
    assert problem.value.status == 409
    assert waiting.steps.get(kind="tool").status == "failed"


def test_a_stop_that_comes_just_before_the_run_is_put_aside_is_heard(
    book: Operation, hand_over: Any, script: Any, employee: User, done: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    script([("book", MONDAY)], "Settled.")
    request, run = events.request_cancel, hand_over()
    park = actions.park
    monkeypatch.setattr(events, "request_cancel", lambda pk: (park(parked[0]), request(pk)))
    parked: list[Run] = []

    def late(run: Run) -> None:
        parked.append(run)
        cancel(employee, run)

    monkeypatch.setattr(actions, "park", late)
    assert carried_out(run).status == "cancelled"
    assert done == []


def test_all_that_wait_are_decided_before_it_goes_on(
    book: Operation, hand_over: Any, script: Any, employee: User, done: Any
) -> None:
    operation("look_up", config={"text": "It is free."})
    script([("book", MONDAY), ("look_up", FRIDAY), ("book", FRIDAY)], "Settled.")
    run = carried_out(hand_over())
    first, second = run.approvals.order_by("created_at")
    assert done == [("look_up", FRIDAY)], "what needs nobody is done meanwhile"
    actions.decide(employee, run.pk, second.step_id, "approve")
    assert carried_out(run).status == "awaiting_approval"
    actions.decide(employee, run.pk, first.step_id, "reject")
    assert carried_out(run).status == "completed"
    assert done[1:] == [("book", FRIDAY)]


def test_of_two_who_decide_at_once_one_is_heard(waiting: Run, employee: User, done: Any) -> None:
    barrier, heard = threading.Barrier(2), list[str]()

    def press(decision: str) -> None:
        barrier.wait()
        try:
            decide(employee, waiting, decision)
            heard.append(decision)
        except Problem as problem:
            heard.append(str(problem.status))
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(each,)) for each in ("approve", "approve")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard) == ["409", "approve"]
    assert Decision.objects.count() == 1
    carried_out(waiting)
    assert done == [("book", MONDAY)]


def test_of_workers_that_take_it_up_at_once_one_acts(waiting: Run, employee: User, done: Any) -> None:
    decide(employee, waiting)
    barrier = threading.Barrier(3)

    def work() -> None:
        barrier.wait()
        execution.execute(waiting.pk)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [("book", MONDAY)]
    assert status(waiting) == "completed"


def test_a_decision_that_comes_before_the_run_is_put_aside_is_not_lost(
    book: Operation, hand_over: Any, script: Any, employee: User, done: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    script([("book", MONDAY)], "Settled.")
    park = actions.park

    def late(run: Run) -> None:
        decide(employee, run)
        park(run)

    monkeypatch.setattr(actions, "park", late)
    run = carried_out(hand_over())
    assert run.status == "queued"
    assert carried_out(run).status == "completed"
    assert done == [("book", MONDAY)]


def test_without_its_audit_event_nothing_is_decided(waiting: Run, employee: User, refusing: Any) -> None:
    with refusing("approval.approve"), pytest.raises(Exception, match="refused"):
        decide(employee, waiting)
    assert asked(waiting).status == "pending"
    assert status(waiting) == "awaiting_approval"


# -- what was agreed to is what is done --------------------------------------------------------------------------------


def test_arguments_that_were_changed_in_between_are_not_used(waiting: Run, employee: User, done: Any) -> None:
    decide(employee, waiting)
    Step.objects.filter(run=waiting, kind="tool").update(arguments=FRIDAY)
    assert carried_out(waiting).status == "completed"
    assert done == []
    assert "not those that were agreed to" in waiting.steps.get(kind="tool").result["error"]


def test_a_call_that_was_changed_in_between_is_not_made(waiting: Run, employee: User, done: Any) -> None:
    decide(employee, waiting)
    step = waiting.steps.get(kind="generate")
    step.result["tool_calls"][0]["arguments"] = FRIDAY
    step.save()
    Step.objects.filter(run=waiting, kind="tool").update(arguments=FRIDAY)
    carried_out(waiting)
    assert done == []


def test_permission_counts_at_the_moment_of_the_call(waiting: Run, book: Operation, employee: User, done: Any) -> None:
    decide(employee, waiting)
    Operation.objects.filter(pk=book.pk).update(enabled=False)
    assert carried_out(waiting).status == "completed"
    assert done == []


def test_who_follows_is_told_in_their_language(waiting: Run, employee: User) -> None:
    from django.utils.translation import override

    event = next(event for event in told(waiting) if event.kind == "approval_required")
    with override("zh-hant"):
        assert selectors.visible_event(employee, event).data["reason"].startswith("執行此動作前")
