"""A worker that dies in the middle of an agent's run costs the step that it was in, and nothing is done twice."""

import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from quarry import events, leases, runtime

from agents import execution, recovery
from agents.approvals import actions
from agents.loop import calls
from agents.loop.plan import plan_of
from agents.loop.transcript import Transcript
from agents.models import Run, Step
from agents.tools import calling as caller
from apps.accounts.models import User
from apps.knowledge.models import Document
from tests.agents.acting import carried_out, operation
from tests.agents.test_recovery import claimed, dead_process
from tests.fixtures.runs import text_of, told

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY, FRIDAY = {"day": "monday"}, {"day": "friday"}


class Killed(BaseException):
    """What a worker's death looks like from inside: nothing catches it, nothing is tidied up."""


def killed(run: Run, monkeypatch: pytest.MonkeyPatch, where: Callable[[pytest.MonkeyPatch], None]) -> Run:
    """The run after its worker died there and the recovery task has seen it."""
    with monkeypatch.context() as patch:
        where(patch)
        with pytest.raises(Killed):
            execution.execute(run.pk)
    run.refresh_from_db()
    assert run.status == "running"
    claimed(run, dead_process(), attempts=run.attempts)
    recovery.recover()
    run.refresh_from_db()
    return run


def at(target: Any, name: str, after: bool = False) -> Callable[[pytest.MonkeyPatch], None]:
    """Dies when this is called, or when it has been."""
    real = getattr(target, name)

    def die(*arguments: Any, **more: Any) -> Any:
        if after:
            real(*arguments, **more)
        raise Killed

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(target, name, die)

    return patch


def test_the_model_reads_the_same_after_it(hand_over: Any, script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the letter, in the order in which things were written: else all of it would be read anew."""
    properties = {"weekday": {"enum": ["monday"], "description": "Which"}, "at": {"type": "string"}}
    operation("look_up", parameters={"type": "object", "properties": properties, "required": []})
    made = {"weekday": "monday", "at": "noon"}
    model = script([("look_up", made)])
    run = hand_over()

    def dying(messages: Any, **more: Any) -> Any:
        if model.turns:
            return model(messages, **more)
        raise Killed

    before: list[Any] = []
    turn = Transcript._turn
    monkeypatch.setattr(Transcript, "_turn", lambda self, step: (before.append(self), turn(self, step))[1])
    run = killed(run, monkeypatch, lambda patch: patch.setattr(runtime, "generate", dying))
    again = Transcript.load(run, plan_of(run))
    for read in (Transcript.tools, Transcript.messages):
        assert repr(read(again)) == repr(read(before[0]))
    assert list(again.calls[0].arguments) == list(made)
    assert list(again.tools()[0].parameters["properties"]) == list(properties)


def test_a_run_goes_on_behind_its_last_step(
    hand_over: Any, script: Any, done: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation("look_up", config={"text": "Seven."})
    model = script([("look_up", MONDAY)])
    run = hand_over()

    def dying(*_: Any, **__: Any) -> Any:
        if model.turns:
            return model(*_, **__)
        raise Killed

    run = killed(run, monkeypatch, lambda patch: patch.setattr(runtime, "generate", dying))
    assert run.status == "queued"
    assert done == [("look_up", MONDAY)]
    model.turns = ["Seven days."]
    assert carried_out(run).answer == "Seven days."
    assert done == [("look_up", MONDAY)], "what was looked up is not looked up again"
    assert [(step.kind, step.status, step.attempt) for step in run.steps.all()] == [
        ("generate", "completed", 1),
        ("tool", "completed", 1),
        ("generate", "failed", 1),
        ("generate", "completed", 2),
    ]


def test_the_tiny_model_goes_on_in_another_worker_and_reads_the_same(
    hand_over: Any, calling: Any, done: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation("look_up", config={"text": "Seven days."})
    calling(1)
    run = killed(hand_over(), monkeypatch, at(calls.Caller, "carry_out"))
    before = [message.content for message in Transcript.load(run, plan_of(run)).messages()]
    assert carried_out(run).status == "completed", run.error
    after = [message.content for message in Transcript.load(run, plan_of(run)).messages()]
    assert after[: len(before)] == before
    assert len(done) == 1
    assert text_of(told(run)) == run.answer.strip()


def test_reading_is_simply_done_again(hand_over: Any, script: Any, done: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    operation("look_up")
    script([("look_up", MONDAY)], "Free.")
    run = killed(hand_over(), monkeypatch, at(caller, "call", after=True))
    assert carried_out(run).answer == "Free."
    assert done == [("look_up", MONDAY)] * 2
    assert [step.status for step in run.steps.filter(kind="tool")] == ["failed", "completed"]


def test_writing_is_not_done_again_without_a_person(
    hand_over: Any, script: Any, done: Any, monkeypatch: pytest.MonkeyPatch, employee: User
) -> None:
    operation("book", writes=True)  # which nobody is asked about otherwise
    script([("book", MONDAY)], "Settled.")
    run = killed(hand_over(), monkeypatch, at(caller, "call", after=True))
    assert carried_out(run).status == "awaiting_approval"
    assert done == [("book", MONDAY)]
    approval = run.approvals.get()
    assert approval.why == "interrupted"
    actions.decide(employee, run.pk, approval.step_id, "approve")
    assert carried_out(run).status == "completed"
    assert done == [("book", MONDAY)] * 2, "they looked, and wanted it"


def test_a_person_who_finds_it_done_refuses_and_the_model_knows(
    hand_over: Any, script: Any, done: Any, monkeypatch: pytest.MonkeyPatch, employee: User
) -> None:
    operation("book", writes=True, needs_approval="always")
    model = script([("book", MONDAY)], "Settled.")
    run = carried_out(hand_over())
    actions.decide(employee, run.pk, run.approvals.get().step_id, "approve")
    run = killed(run, monkeypatch, at(caller, "call", after=True))
    assert carried_out(run).status == "awaiting_approval"
    assert [each.why for each in run.approvals.order_by("created_at")] == ["policy", "interrupted"]
    actions.decide(employee, run.pk, run.approvals.latest("created_at").step_id, "reject", note="It is booked.")
    assert carried_out(run).status == "completed"
    assert done == [("book", MONDAY)]
    assert "may or may not have happened" in model.read[-1][-1].content
    assert "It is booked." in model.read[-1][-1].content


def test_a_worker_that_dies_while_it_puts_the_run_aside_asks_nobody_twice(
    hand_over: Any, script: Any, done: Any, monkeypatch: pytest.MonkeyPatch, employee: User
) -> None:
    operation("book", writes=True, needs_approval="always")
    script([("book", MONDAY)], "Settled.")
    run = killed(hand_over(), monkeypatch, at(actions, "park"))
    assert run.steps.get(kind="tool").status == "waiting"
    assert carried_out(run).status == "awaiting_approval"
    actions.decide(employee, run.pk, run.approvals.get().step_id, "approve")
    assert carried_out(run).status == "completed"
    assert done == [("book", MONDAY)]


def test_an_answer_that_was_written_is_not_written_again(
    hand_over: Any, script: Any, library: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    script([("search_knowledge", {"query": "days of leave"})], "Seven days of leave after one year [1].")
    run = hand_over("knowledge-search", question="How many days of leave?")
    run = killed(run, monkeypatch, at(execution, "finish"))
    assert carried_out(run).answer == "Seven days of leave after one year [1]."
    assert run.steps.filter(kind="generate").count() == 2
    assert run.citations[0]["document_id"] == str(library.pk)
    assert run.model_sha256


def test_a_worker_that_lost_the_run_does_not_act(
    hand_over: Any, script: Any, done: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was only slow: another has taken the run over while the model wrote."""
    operation("book", writes=True)

    def losing(_: Any) -> Any:
        Run.objects.filter(pk=run.pk).update(lease_owner="another:1:x", attempts=2)
        return [("book", MONDAY)]

    script(losing)
    run = hand_over()
    assert carried_out(run).status == "running"
    assert done == []
    assert not run.steps.filter(kind="tool").exists()


def test_a_late_result_of_a_worker_that_lost_the_run_is_not_written(
    hand_over: Any, script: Any, done: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation("look_up")
    script([("look_up", MONDAY)], "Free.")
    real = caller.call

    def late(*arguments: Any) -> Any:
        result = real(*arguments)
        Step.objects.filter(run=run, kind="tool").update(status="failed", ended=timezone.now(), result={"error": "x"})
        Run.objects.filter(pk=run.pk).update(lease_owner="another:1:x", attempts=2)
        return result

    run = hand_over()
    with monkeypatch.context() as patch:
        patch.setattr(caller, "call", late)
        assert carried_out(run).status == "running"
    assert run.steps.get(kind="tool").result == {"error": "x"}


def test_words_that_were_streamed_do_not_end_the_run(
    hand_over: Any, script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation("look_up")
    model = script([("look_up", MONDAY)], "Half an answer")
    run = hand_over()
    Run.objects.filter(pk=run.pk).update(input=run.input | {"stream": True})
    run = killed(run, monkeypatch, lambda patch: patch.setattr("agents.loop.writing.Turn.facts", dying_facts))
    assert run.status == "queued"
    model.turns = ["A whole answer."]
    assert carried_out(run).answer == "A whole answer."
    assert text_of(told(run)) == "A whole answer."
    reasons = [event.data["reason"] for event in told(run) if event.kind == "restart"]
    assert recovery.GOES_ON in reasons


def dying_facts(self: Any, done: Any) -> Any:
    if self.calls:
        return {"reason": "tool_calls", "usage": USAGE, "text": "", "tool_calls": self.calls}
    raise Killed


USAGE = {"prompt_tokens": 1, "cached_tokens": 0, "completion_tokens": 1}


def test_a_run_that_came_on_is_not_given_up_and_one_that_did_not_is(
    hand_over: Any, script: Any, done: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation("look_up")
    script([("look_up", MONDAY)])
    run = killed(hand_over(), monkeypatch, at(execution, "finish"))
    attempts = leases.MAX_ATTEMPTS
    Step.objects.filter(run=run).update(attempt=attempts)
    claimed(run, dead_process(), attempts=attempts)
    recovery.recover()
    assert Run.objects.get(pk=run.pk).status == "queued"
    claimed(run, dead_process(), attempts=2 * attempts)
    recovery.recover()
    assert Run.objects.get(pk=run.pk).status == "failed"
    assert told(run)[-1].kind == "error"


def test_killed_for_good_in_a_process_of_its_own(hand_over: Any) -> None:
    """The house's own words for a dead process are those of the system."""
    process = subprocess.Popen(["sleep", "60"])
    run = claimed(hand_over(), process.pid)
    assert run not in recovery.abandoned()
    process.kill()
    process.wait()
    assert run in recovery.abandoned()
    assert not events.is_cancelled(run.pk)
