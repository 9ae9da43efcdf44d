"""An auditor's replay, through the real queue and the tiny model, and reading other people's runs."""

from io import StringIO
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from django.core.management import CommandError, call_command
from quarry.celery import app

from agents import replay
from agents.models import Run
from apps.accounts.models import User
from apps.audit.models import Event
from apps.knowledge.models import Document
from tests.agents.acting import carried_out, operation

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = {"day": "monday"}


@pytest.fixture
def ended(hand_over: Any, calling: Any) -> Run:
    operation("look_up", config={"text": "Seven days."})
    calling(1)
    run = carried_out(hand_over())
    assert run.status == "completed", run.error
    calling(1)  # the same again for whoever replays it
    return run


def replayed(run: Run, administrator: User, client_for: Any) -> Run:
    answer = client_for(administrator).post(f"/api/v1/runs/{run.pk}/replay")
    assert answer.status_code == 202, answer.content
    return carried_out(Run.objects.get(pk=answer.json()["id"]))


def test_the_same_comes_out_and_nothing_is_called(
    ended: Run, administrator: User, client_for: Any, done: list[Any]
) -> None:
    before, steps = list(done), list(ended.steps.values())
    found = replayed(ended, administrator, client_for)
    assert found.status == "completed", found.error
    assert found.result["same"] is True
    assert [step["same_model"] for step in found.result["steps"]] == [True, True]
    assert found.result["steps"][0]["now"]["tool_calls"] == ended.steps.first().result["tool_calls"]
    assert done == before
    assert list(ended.steps.values()) == steps
    assert Event.objects.get(action="run.replay").facts["of"] == str(ended.person_id)
    shown = client_for(administrator).get(f"/api/v1/runs/{found.pk}").json()
    assert shown["result"]["same"] is True


NOTE = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
TURNS: list[list[Any]] = [
    ['look_up(text="leave")', [("look_up", {"text": "leave"})], "Seven days."],  # told to make the call
    [[("look_up", {"text": "leave"})], " ", "Seven days."],  # told to answer
    [[("work_out", {"text": "100 * 2"})], [("search_rules", {"text": "leave"})], "Seven days."],  # told to look it up
]


@pytest.mark.parametrize("turns", TURNS)
def test_turns_that_were_corrected_are_replayed_with_what_was_on_offer_then(
    turns: list[Any], hand_over: Any, script: Any, administrator: User, client_for: Any
) -> None:
    for name in ("look_up", "search_rules", "work_out"):
        operation(name, parameters=NOTE)
    first = script(*turns)
    run = carried_out(hand_over(question="How long is our leave?"))
    again = script(*turns)
    found = replayed(run, administrator, client_for)
    assert [step["same"] for step in found.result["steps"]] == [True] * 3, found.result
    assert (again.read, again.offered) == (first.read, first.offered)


def test_what_ended_before_anything_was_written_cannot_be_replayed(
    hand_over: Any, administrator: User, client_for: Any
) -> None:
    run = hand_over()
    Run.objects.filter(pk=run.pk).update(status="failed", plan={})
    answer = client_for(administrator).post(f"/api/v1/runs/{run.pk}/replay")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:quarry:problem:not-replayable")


def test_what_was_changed_since_shows(ended: Run, administrator: User, client_for: Any) -> None:
    step = ended.steps.last()
    step.memory["raw"] = "Somebody wrote over the answer."
    step.save()
    found = replayed(ended, administrator, client_for)
    assert [step["same"] for step in found.result["steps"]] == [True, False]
    assert (found.result["same"], found.result["steps"][1]["same_calls"]) == (False, True)


def test_a_changed_result_changes_what_comes_after_it(ended: Run, administrator: User, client_for: Any) -> None:
    step = ended.steps.get(kind="tool")
    step.memory["reply"] = "Something else entirely, and much longer than it was."
    step.save()
    found = replayed(ended, administrator, client_for)
    assert [step["same"] for step in found.result["steps"]] == [True, False]


def test_the_command_says_it_step_by_step(ended: Run, administrator: User) -> None:
    out = StringIO()
    with start_worker(app, pool="threads", concurrency=1, queues=["inference"], perform_ping_check=False):
        call_command("replay", str(ended.pk), stdout=out)
    assert out.getvalue().splitlines() == ["step 1: same", "step 3: same"]


def test_what_cannot_be_replayed_says_so(ended: Run, administrator: User, employee: User, client_for: Any) -> None:
    with pytest.raises(CommandError, match="no agent's run"):
        call_command("replay", "00000000-0000-4000-8000-000000000000")
    Run.objects.filter(pk=ended.pk).update(status="queued")
    answer = client_for(administrator).post(f"/api/v1/runs/{ended.pk}/replay")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:quarry:problem:not-replayable")
    assert client_for(employee).post(f"/api/v1/runs/{ended.pk}/replay").status_code == 403
    with pytest.raises(Exception, match="administrators"):
        replay.start(employee, ended)


def test_administrators_read_agent_runs_and_that_is_recorded(
    ended: Run, ask: Any, employee: User, administrator: User, client_for: Any
) -> None:
    ask(employee, "A question of no agent")
    client = client_for(administrator)
    rows = client.get("/api/v1/administration/runs").json()["results"]
    assert [row["id"] for row in rows] == [str(ended.pk)]
    assert rows[0]["person"] == employee.email
    assert (rows[0]["assistant"], rows[0]["steps"]) == ("helper", 3)
    assert "leave" not in str(rows), "the list says nothing of what was said"
    shown = client.get(f"/api/v1/administration/runs/{ended.pk}").json()
    assert shown["question"] == "Book my leave for Monday."
    assert [step["kind"] for step in shown["steps"]] == ["generate", "tool", "generate"]
    event = Event.objects.get(action="run.read")
    assert (event.actor_id, event.facts["of"]) == (administrator.pk, str(employee.pk))
    assert client_for(employee).get(f"/api/v1/administration/runs/{ended.pk}").status_code == 403


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("person=emma", 1),
        ("person=nobody", 0),
        ("assistant=helper", 1),
        ("assistant=other", 0),
        ("function=look_up", 1),
        ("function=book", 0),
        ("status=completed", 1),
        ("status=failed", 0),
        ("before=2020-01-01T00:00:00Z", 0),
        ("after=2020-01-01T00:00:00Z", 1),
    ],
)
def test_the_list_is_filtered(query: str, count: int, ended: Run, administrator: User, client_for: Any) -> None:
    rows = client_for(administrator).get(f"/api/v1/administration/runs?{query}").json()["results"]
    assert len(rows) == count


def test_an_administrator_sees_no_document_that_they_may_not_read(
    hand_over: Any, script: Any, library: Document, employee: User, administrator: User, client_for: Any
) -> None:
    script([("search_knowledge", {"query": "days of leave"})], "Seven days of leave after one year [1].")
    run = carried_out(hand_over("knowledge-search", question="How many days of leave?"))
    library.delete()
    shown = client_for(administrator).get(f"/api/v1/administration/runs/{run.pk}").json()
    assert shown["steps"][1]["result"]["text"] is None
    assert shown["citations"][0]["withheld"] is True
