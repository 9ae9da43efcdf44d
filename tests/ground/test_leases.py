"""Leases, on a real table: one worker at a time, taken over when its process is gone."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from quarry import leases

from agents.models import Run
from apps.accounts.models import User


@pytest.fixture
def run(employee: User) -> Run:
    return Run.objects.create(kind="question", person=employee, input={})


def test_one_of_two_claims_wins(run: Run) -> None:
    queued = Run.objects.filter(pk=run.pk, status="queued")
    assert [leases.claim(queued, status="running"), leases.claim(queued, status="running")] == [1, 0]
    run.refresh_from_db()
    assert (run.attempts, run.lease_owner) == (1, leases.owner())


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_wins(transactional_db: Any) -> None:
    person = User.objects.create_user("one@example.test")
    run = Run.objects.create(kind="question", person=person, input={})
    barrier, won = threading.Barrier(6), []

    def attempt() -> None:
        barrier.wait()
        won.append(leases.claim(Run.objects.filter(pk=run.pk, status="queued"), status="running"))
        connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [0, 0, 0, 0, 0, 1]


def test_an_expired_lease_is_found_and_a_live_one_is_not(run: Run) -> None:
    mine = Run.objects.filter(pk=run.pk)
    leases.claim(mine, status="running")
    assert not leases.expired(mine).exists()
    mine.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert leases.expired(mine).exists()


def test_release_does_nothing_once_somebody_else_has_it(run: Run) -> None:
    mine = Run.objects.filter(pk=run.pk)
    leases.claim(mine, status="running")
    mine.update(lease_owner="another")
    assert leases.release(mine, status="completed") == 0
    assert mine.get().status == "running"


@pytest.mark.django_db(transaction=True)
def test_holding_renews_and_notices_a_takeover(transactional_db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    person = User.objects.create_user("two@example.test")
    run = Run.objects.create(kind="question", person=person, input={})
    mine = Run.objects.filter(pk=run.pk)
    leases.claim(mine, status="running")
    mine.update(lease_until=timezone.now())
    with leases.holding(mine.get()) as lost:
        assert not lost.wait(0.5)
        assert mine.get().lease_until > timezone.now() + timedelta(seconds=5)
        mine.update(lease_owner="another")
        assert lost.wait(2)


@pytest.mark.django_db(transaction=True)
def test_another_thread_of_the_same_process_takes_it_over_too(
    transactional_db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    person = User.objects.create_user("three@example.test")
    run = Run.objects.create(kind="question", person=person, input={})
    mine = Run.objects.filter(pk=run.pk)
    leases.claim(mine, status="running")
    first = mine.get()
    leases.claim(mine, status="running")  # after an outage in which the lease ran out
    with leases.holding(first) as lost:
        assert lost.wait(2)
    assert not leases.held(mine, first).exists()
    assert leases.held(mine, mine.get()).exists()
