"""Changes to people, by administrators, at once, and by themselves."""

import threading
from typing import Any

import pytest
from django.db import connection

from apps.accounts.models import Group, User


@pytest.mark.parametrize("change", [{"role": "employee"}, {"is_active": False}])
def test_there_is_always_an_administrator(change: dict[str, Any], client_for: Any, administrator: User) -> None:
    closed = User.objects.create_user("old@example.test", role="administrator", is_active=False)
    answer = client_for(administrator).patch(f"/api/v1/people/{administrator.pk}", change)
    assert answer.status_code == 409
    administrator.refresh_from_db()
    assert (administrator.role, administrator.is_active) == ("administrator", True)
    User.objects.filter(pk=closed.pk).update(is_active=True)
    assert client_for(administrator).patch(f"/api/v1/people/{administrator.pk}", change).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_demote_each_other_at_once(client_for: Any, administrator: User) -> None:
    other = User.objects.create_user("two@example.test", role="administrator")
    pairs = [(client_for(administrator), other), (client_for(other), administrator)]
    barrier, statuses = threading.Barrier(2), []

    def demote(api: Any, person: User) -> None:
        barrier.wait()
        statuses.append(api.patch(f"/api/v1/people/{person.pk}", {"role": "employee"}).status_code)
        connection.close()

    threads = [threading.Thread(target=demote, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) in ([200, 403], [200, 409])
    assert User.objects.filter(role="administrator", is_active=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_the_same_made_at_once_one_is_made(client_for: Any, administrator: User) -> None:
    calls = [("people", {"email": "New@example.test", "role": "employee"}), ("groups", {"name": "New"})]
    for path, body in calls:
        clients, barrier, statuses = [client_for(administrator) for _ in range(4)], threading.Barrier(4), []

        def make(api: Any, path: str, body: Any, barrier: threading.Barrier, statuses: list[int]) -> None:
            barrier.wait()
            statuses.append(api.post(f"/api/v1/{path}", body).status_code)
            connection.close()

        threads = [threading.Thread(target=make, args=(api, path, body, barrier, statuses)) for api in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [201, 409, 409, 409], path
    assert User.objects.filter(email="new@example.test").count() == Group.objects.filter(name="New").count() == 1


@pytest.mark.parametrize("language", ["en", "zh-Hant", ""])
def test_the_language_stays_with_the_person(language: str, client_for: Any, employee: User) -> None:
    api = client_for(employee)
    assert api.patch("/api/v1/me", {"language": language}).json()["language"] == language
    assert client_for(employee).get("/api/v1/me").json()["language"] == language


@pytest.mark.parametrize("body", [{"language": "tlh"}, {"language": None}, {"name": "x" * 121}, {"name": "a\0b"}])
def test_what_cannot_be_a_profile(body: dict[str, Any], client_for: Any, employee: User) -> None:
    assert client_for(employee).patch("/api/v1/me", body).status_code == 400


def test_nobody_changes_their_own_role_or_address(client_for: Any, employee: User) -> None:
    body = {"role": "administrator", "email": "ceo@example.test", "is_active": False, "groups": []}
    assert client_for(employee).patch("/api/v1/me", body).status_code == 200
    employee.refresh_from_db()
    assert (employee.role, employee.email, employee.is_active) == ("employee", "emma@example.test", True)
