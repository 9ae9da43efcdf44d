"""Waiting: fair between people, bounded, and always with a place in the line to tell of."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from quarry import leases, runtime
from quarry.api import Problem
from quarry.runtime import EngineBusy
from quarry.web.health import queue_length

from agents import admission, execution, kinds, queue
from agents.loop import question as loop
from agents.models import Run
from apps.accounts.models import User
from apps.knowledge.models import Document
from tests.fixtures.runs import Ask, told

pytestmark = pytest.mark.django_db(transaction=True)


def taken() -> list[str]:
    """Who asked, in the order in which workers take the runs."""
    found = []
    while run_id := queue.take():
        found.append(Run.objects.get(pk=run_id).person.name)
        Run.objects.filter(pk=run_id).update(status="completed")
    return found


def test_one_persons_many_do_not_hold_up_another_persons_one(ask: Ask, employee: User, stranger: User) -> None:
    for _ in range(16):
        ask(employee, "Hello")
    ask(stranger, "Hello")
    assert taken()[:3] == ["Emma", "Sam", "Emma"]


def test_what_is_under_way_counts_as_a_turn(ask: Ask, employee: User, stranger: User) -> None:
    for _ in range(3):
        leases.claim(Run.objects.filter(pk=ask(employee, "Hello").pk), status="running")
    ask(employee, "Hello")
    for _ in range(3):
        ask(stranger, "Hello")
    assert taken() == ["Sam", "Sam", "Sam", "Emma"]


def test_the_places_that_are_told_are_those_in_which_runs_are_taken(ask: Ask, employee: User, stranger: User) -> None:
    runs = [ask(employee, "Hello") for _ in range(3)] + [ask(stranger, "Hello")]
    assert told(runs[-1])[0].data == {"position": 2}
    queue.announce_positions()
    places = {told(run)[-1].data["position"]: run.pk for run in runs}
    assert [places[place] for place in sorted(places)] == list(queue.waiting())


def test_a_ticket_carries_out_whoever_is_next(ask: Ask, employee: User, stranger: User) -> None:
    first, second, other = ask(employee, "Hello"), ask(employee, "Thanks"), ask(stranger, "Hello")
    for run in (first, second, other):
        execution.execute_next()
        states = {each.pk: each.status for each in Run.objects.all()}
        if run is second:
            assert (states[other.pk], states[second.pk]) == ("completed", "queued")
    assert set(Run.objects.values_list("status", flat=True)) == {"completed"}
    execution.execute_next()  # a ticket too many does nothing


def test_workers_at_once_take_each_run_once(ask: Ask, employee: User, stranger: User) -> None:
    runs = {ask(person, "Hello").pk for person in (employee, stranger) for _ in range(5)}
    found: list[Any] = []

    def work() -> None:
        while run_id := queue.take():
            found.append(run_id)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(set(found))
    assert runs >= set(found)
    assert {*found, *queue.waiting()} == runs


# The bound


def refused(ask: Ask, person: User) -> Problem:
    with pytest.raises(Problem) as caught:
        ask(person, "Hello")
    return caught.value


def test_the_queue_has_an_end(ask: Ask, settings: Any, employee: User, stranger: User, administrator: User) -> None:
    settings.QUARRY_MAX_WAITING = 4
    people = [employee, stranger, administrator, User.objects.create_user("max@example.test", "a-good-password")]
    for person in people:
        ask(person, "Hello")
    problem = refused(ask, User.objects.create_user("eve@example.test", "a-good-password"))
    assert (problem.status, problem.code, problem.retry_after) == (429, "queue-full", 5)
    assert Run.objects.count() == 4
    execution.execute_next()
    ask(people[0], "Hello")


def test_nobody_fills_it_alone(ask: Ask, settings: Any, employee: User, stranger: User) -> None:
    settings.QUARRY_MAX_WAITING = 12
    for _ in range(3):
        ask(employee, "Hello")
    problem = refused(ask, employee)
    assert (problem.status, "your own" in problem.detail) == (429, True)
    ask(stranger, "Hello")


def test_questions_at_once_do_not_pass_the_bound(ask: Ask, settings: Any, employee: User) -> None:
    settings.QUARRY_MAX_WAITING = 8
    answers: list[str] = []

    def work() -> None:
        try:
            ask(employee, "Hello")
            answers.append("asked")
        except Problem as problem:
            answers.append(str(problem.status))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["429"] * 6 + ["asked"] * 2


@pytest.mark.parametrize(("seconds", "running", "wait"), [(30, 3, 10), (30, 1, 30), (0, 1, 1), (9000, 1, 120)])
def test_when_to_come_again_follows_from_how_long_answers_took(
    seconds: int, running: int, wait: int, ask: Ask, employee: User
) -> None:
    now = timezone.now()
    facts = {"status": "completed", "started_at": now - timedelta(seconds=seconds), "ended_at": now}
    Run.objects.create(person=employee, **facts)
    for _ in range(running):
        Run.objects.create(person=employee, status="running")
    assert admission.seconds_to_a_place() == wait


def test_over_the_api_a_full_queue_is_429_and_nothing_is_stored(
    ask: Ask, settings: Any, employee: User, client_for: Any
) -> None:
    settings.QUARRY_MAX_WAITING = 4
    ask(employee, "Hello")
    api = client_for(employee)
    conversation = api.post("/api/v1/conversations", {}).json()["id"]
    answer = api.post(f"/api/v1/conversations/{conversation}/messages", {"content": "Hello"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "5")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:quarry:problem:queue-full"
    assert api.get(f"/api/v1/conversations/{conversation}/messages").json()["results"] == []
    assert Run.objects.count() == 1


# A runtime without room


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Has the runtime's door say so many times that it has no room, then open."""
    generate = runtime.generate

    def make(times: int) -> None:
        left = [times]

        def door(*arguments: Any, **more: Any) -> Iterator[runtime.Event]:
            left[0] -= 1
            if left[0] >= 0:
                raise EngineBusy(0.1)
            return generate(*arguments, **more)

        monkeypatch.setattr(runtime, "generate", door)

    return make


def test_a_run_for_which_the_runtime_has_no_room_waits_again(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo, busy: Callable[[int], None]
) -> None:
    busy(leases.MAX_ATTEMPTS + 1)
    run = ask(employee)
    for _ in range(leases.MAX_ATTEMPTS + 1):
        execution.execute_next()
        run.refresh_from_db()
        assert (run.status, run.attempts, run.lease_owner, run.started_at) == ("queued", 0, "", None)
        assert told(run)[-1].kind == "queued"
    assert queue_length("inference") == leases.MAX_ATTEMPTS + 2, "each time a message"
    execution.execute_next()
    run.refresh_from_db()
    assert (run.status, run.attempts) == ("completed", 1)
    assert not run.steps.filter(status="running").exists()


def test_it_does_not_wait_for_ever(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo, busy: Callable[[int], None]
) -> None:
    busy(1)
    run = ask(employee)
    Run.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(seconds=kinds.TIME_LIMIT + 1))
    execution.execute_next()
    run.refresh_from_db()
    assert (run.status, run.error["type"]) == ("failed", "urn:quarry:problem:model")
    assert "too many requests" in run.error["detail"]


def test_those_who_wait_for_the_engine_are_told_their_place_too(
    ask: Ask, library: Document, model: runtime.ModelInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "MOST_TOKENS", 600)
    [loaded] = runtime.loaded()
    people = [User.objects.create_user(f"p{n}@example.test", "a-good-password") for n in range(loaded["slots"] + 3)]
    runs = [ask(person) for person in people]

    def work(run: Run) -> None:
        execution.execute(run.pk)
        connection.close()

    threads = [threading.Thread(target=work, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = {run.pk: [event.kind for event in told(run)] for run in runs}
    waited = [run for run in runs if "queued" in kinds[run.pk][kinds[run.pk].index("step") :]]
    assert waited, "there are more runs than slots"
    assert all(kinds[run.pk][-1] == "done" for run in runs)
    assert all(event.data["position"] >= 1 for run in waited for event in told(run) if event.kind == "queued")
