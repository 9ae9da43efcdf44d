"""A worker that dies leaves nothing behind that hangs: its run is taken up again, or ends with a clear error."""

import os
import socket
import subprocess
from datetime import timedelta

import pytest
from django.utils import timezone
from quarry import events, leases, runtime
from quarry.web.health import queue_length

from agents import execution, recovery
from agents.models import Run, Step
from apps.accounts.models import User
from apps.audit.models import Event
from apps.knowledge.models import Document
from tests.fixtures.runs import Ask, empty_queues, told

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = timedelta(minutes=5)


def dead_process() -> int:
    """The id of a process that was there and is not any more."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def claimed(run: Run, pid: int, attempts: int = 1, host: str = "", left: timedelta = leases.LEASE) -> Run:
    """The run as a worker of process `pid` holds it."""
    owner = f"{host or socket.gethostname()}:{pid}:00000000"
    changes = {"lease_owner": owner, "lease_until": timezone.now() + left, "attempts": attempts}
    Run.objects.filter(pk=run.pk).update(status="running", **changes)
    run.refresh_from_db()
    return run


def recovered(run: Run) -> Run:
    recovery.recover()
    run.refresh_from_db()
    return run


def test_the_run_of_a_dead_worker_is_taken_up_and_answered(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo
) -> None:
    run = claimed(ask(employee), dead_process())
    Step.objects.create(run=run, ordinal=1, kind="generate", name="answer", started=timezone.now())
    events.publish(run.pk, "token", {"text": "half an ans"})
    assert recovered(run).status == "queued"
    assert run.steps.get().status == "failed"
    execution.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.attempts) == ("completed", 2)
    kinds = [event.kind for event in told(run)]
    assert kinds.index("token") < kinds.index("restart"), "whoever follows throws the half answer away"
    assert kinds[-1] == "done"
    assert "half an ans" not in run.answer
    assert [step.ordinal for step in run.steps.all()] == [1, 2, 3]


def test_a_worker_on_another_machine_is_gone_when_its_lease_ran_out(ask: Ask, employee: User) -> None:
    run = claimed(ask(employee), 1, host="elsewhere")
    assert recovered(run).status == "running"
    assert recovered(claimed(run, 1, host="elsewhere", left=-LONG_AGO)).status == "queued"


def test_a_worker_that_lives_keeps_its_run(ask: Ask, employee: User) -> None:
    assert recovered(claimed(ask(employee), os.getpid())).status == "running"


def test_after_the_last_attempt_there_is_a_clear_error(ask: Ask, employee: User) -> None:
    run = claimed(ask(employee), dead_process(), attempts=leases.MAX_ATTEMPTS)
    Step.objects.create(run=run, ordinal=1, kind="search", name="search", started=timezone.now())
    assert recovered(run).status == "failed"
    assert run.error["type"] == "urn:quarry:problem:interrupted"
    assert str(leases.MAX_ATTEMPTS) in run.error["detail"]
    assert run.steps.get().status == "failed"
    assert (told(run)[-1].kind, told(run)[-1].data) == ("error", run.error)
    assert Event.objects.get(action="question.fail").facts["attempts"] == leases.MAX_ATTEMPTS
    before = len(told(run))
    recovery.recover()
    assert len(told(run)) == before


@pytest.mark.parametrize("kind", ["summary", "extraction"])
def test_long_work_that_came_on_is_not_given_up(kind: str, ask: Ask, employee: User) -> None:
    run = ask(employee)
    Run.objects.filter(pk=run.pk).update(kind=kind)
    claimed(run, dead_process(), attempts=leases.MAX_ATTEMPTS)
    done = Step.objects.create(
        run=run, ordinal=1, attempt=2, kind="generate", name="x", status="completed", started=timezone.now()
    )
    assert recovered(run).status == "queued"
    assert told(run)[-2].data["reason"] == recovery.GOES_ON, "what is done is not done again"
    done.delete()
    assert recovered(claimed(run, dead_process(), attempts=leases.MAX_ATTEMPTS)).status == "failed"


def test_a_run_that_was_stopped_before_its_worker_died_is_not_begun_again(ask: Ask, employee: User) -> None:
    run = claimed(ask(employee), dead_process())
    Step.objects.create(run=run, ordinal=1, kind="search", name="search", started=timezone.now())
    events.request_cancel(run.pk)
    assert recovered(run).status == "cancelled"
    assert run.steps.get().status == "failed", "nobody works on it any more"
    assert told(run)[-1].data["status"] == "cancelled"


def test_a_lost_message_is_sent_again(ask: Ask, employee: User) -> None:
    run = ask(employee)
    empty_queues()
    recovery.recover()
    assert queue_length("inference") == 0, "it may only be slow"
    Run.objects.filter(pk=run.pk).update(sent_at=timezone.now() - LONG_AGO)
    recovery.recover()
    assert queue_length("inference") == 1
    recovery.recover()
    assert queue_length("inference") == 1


def test_while_messages_wait_none_is_sent_twice(ask: Ask, employee: User) -> None:
    run = ask(employee)
    Run.objects.filter(pk=run.pk).update(sent_at=timezone.now() - LONG_AGO)
    recovery.recover()
    assert queue_length("inference") == 1


def test_those_who_wait_are_told_where_they_stand(ask: Ask, employee: User) -> None:
    runs = [ask(employee, "Hello") for _ in range(3)]
    assert [told(run)[0].data["position"] for run in runs] == [1, 2, 3]
    execution.execute(runs[0].pk)
    assert [told(run)[-1].data["position"] for run in runs[1:]] == [1, 2]
