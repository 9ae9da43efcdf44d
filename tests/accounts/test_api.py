"""People, groups, keys and the session over HTTP, as the right and as the wrong person."""

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Group, User
from apps.audit.models import Event


def test_me_needs_a_sign_in_and_sets_the_csrf_cookie(client: Client, db: None) -> None:
    answer = client.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 401
    assert "csrftoken" in answer.cookies


def test_sign_in_by_browser_and_audit(client: Client, employee: User) -> None:
    wrong = client.post(
        "/_allauth/browser/v1/auth/login", {"email": employee.email, "password": "no"}, content_type="application/json"
    )
    assert wrong.status_code == 400
    right = client.post(
        "/_allauth/browser/v1/auth/login",
        {"email": employee.email.upper(), "password": "a-good-password"},
        content_type="application/json",
    )
    assert right.status_code == 200, right.content
    assert client.get("/api/v1/me").json()["email"] == employee.email
    assert list(Event.objects.order_by("id").values_list("action", flat=True))[-2:] == [
        "session.sign_in_failed",
        "session.sign_in",
    ]
    assert Event.objects.get(action="session.sign_in_failed").facts == {"email": employee.email}


def test_session_writes_need_the_csrf_token(employee: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(employee, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.patch("/api/v1/me", {"name": "E"}, content_type="application/json").status_code == 403
    token = client.get("/api/v1/me").cookies["csrftoken"].value
    answer = client.patch("/api/v1/me", {"name": "E"}, content_type="application/json", HTTP_X_CSRFTOKEN=token)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "path", ["people", "audit", "audit/1", "audit/export", "people/" + "0" * 8 + "-0000-4000-8000-" + "0" * 12]
)
def test_employees_do_not_administer(path: str, client_for: Any, employee: User) -> None:
    assert client_for(employee).get(f"/api/v1/{path}").status_code == 403
    assert client_for(None).get(f"/api/v1/{path}").status_code == 401


def test_administrator_makes_and_changes_people(client_for: Any, administrator: User) -> None:
    api, sales = client_for(administrator), Group.objects.create(name="Sales")
    made = api.post(
        "/api/v1/people",
        {"email": "New@Example.test", "name": "新人", "role": "employee", "groups": [str(sales.id)]},
    )
    assert made.status_code == 201, made.json()
    person = made.json()
    assert person["email"] == "new@example.test"
    assert person["groups"] == [{"id": str(sales.id), "name": "Sales"}]
    again = api.post("/api/v1/people", {"email": "new@example.test", "name": "", "role": "employee"})
    assert again.status_code == 409
    url = f"/api/v1/people/{person['id']}"
    assert api.patch(url, {"is_active": False, "groups": []}).json()["groups"] == []
    password = api.post(url + "/password").json()["password"]
    assert User.objects.get(pk=person["id"]).check_password(password)
    listed = api.get("/api/v1/people?limit=1").json()
    assert len(listed["results"]) == 1
    assert api.get("/api/v1/people", {"cursor": listed["next"]}).json()["results"][0]["email"] == "new@example.test"
    assert Event.objects.filter(action__startswith="person.").count() == 3


def test_last_administrator_stays(client_for: Any, administrator: User) -> None:
    answer = client_for(administrator).patch(f"/api/v1/people/{administrator.id}", {"role": "employee"})
    assert answer.status_code == 409
    assert User.objects.get(pk=administrator.pk).is_administrator


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "email"),
        ({"email": "nonsense"}, "email"),
        ({"email": "a@b.tw", "role": "emperor"}, "role"),
        ({"email": "a@b.tw", "groups": ["no"]}, "groups"),
        ({"email": "a@b.tw", "password": "123"}, "password"),
        ({"email": "x" * 300 + "@b.tw"}, "email"),
    ],
)
def test_bad_people_are_refused_by_field(
    body: dict[str, Any], field: str, client_for: Any, administrator: User
) -> None:
    answer = client_for(administrator).post("/api/v1/people", body)
    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert User.objects.count() == 1


def test_groups_show_members_to_administrators_only(client_for: Any, administrator: User, employee: User) -> None:
    made = client_for(administrator).post("/api/v1/groups", {"name": "Legal", "members": [str(employee.id)]})
    assert [m["email"] for m in made.json()["members"]] == [employee.email]
    seen = client_for(employee).get("/api/v1/groups").json()["results"]
    assert seen[0]["name"] == "Legal"
    assert seen[0]["members"] == []
    url = f"/api/v1/groups/{made.json()['id']}"
    assert client_for(employee).patch(url, {"name": "Mine"}).status_code == 403
    assert client_for(employee).delete(url).status_code == 403
    assert client_for(administrator).delete(url).status_code == 204


def test_keys_are_shown_once_and_can_be_revoked(client_for: Any, employee: User) -> None:
    api = client_for(employee)
    made = api.post("/api/v1/api-keys", {"name": "script", "scopes": ["read"]}).json()
    assert made["key"].startswith("qk_")
    assert all("key" not in key for key in api.get("/api/v1/api-keys").json()["results"])
    limited = client_for(None)
    limited.credentials(HTTP_AUTHORIZATION=f"Bearer {made['key']}")
    assert limited.get("/api/v1/me").status_code == 200
    assert limited.patch("/api/v1/me", {"name": "x"}).status_code == 403
    assert api.delete(f"/api/v1/api-keys/{made['id']}").status_code == 204
    assert limited.get("/api/v1/me").status_code == 401


def test_a_key_of_an_inactive_person_is_dead(client_for: Any, employee: User) -> None:
    api = client_for(employee)
    User.objects.filter(pk=employee.pk).update(is_active=False)
    assert api.get("/api/v1/me").status_code == 401


def test_own_password(client_for: Any, employee: User) -> None:
    api = client_for(employee)
    assert "current" in api.post("/api/v1/me/password", {"current": "no", "new": "another-good-one"}).json()["errors"]
    body = {"current": "a-good-password", "new": "password123"}
    assert "new" in api.post("/api/v1/me/password", body).json()["errors"]
    assert api.post("/api/v1/me/password", body | {"new": "another-good-one"}).status_code == 204
    employee.refresh_from_db()
    assert employee.check_password("another-good-one")


def test_idempotency_key(client_for: Any, administrator: User) -> None:
    api, body = client_for(administrator), {"name": "Once"}
    first = api.post("/api/v1/groups", body, HTTP_IDEMPOTENCY_KEY="k1")
    again = api.post("/api/v1/groups", body, HTTP_IDEMPOTENCY_KEY="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert api.post("/api/v1/groups", {"name": "Other"}, HTTP_IDEMPOTENCY_KEY="k1").status_code == 422
    assert Group.objects.count() == 1


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[1,2", b""])
def test_broken_bodies(body: bytes, client_for: Any, administrator: User) -> None:
    answer = client_for(administrator).generic("POST", "/api/v1/groups", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_wrong_media_type_and_unknown_path(client_for: Any, administrator: User) -> None:
    api = client_for(administrator)
    assert api.generic("POST", "/api/v1/groups", b"<a/>", content_type="text/xml").status_code == 415
    missing = api.get("/api/v1/nothing")
    assert missing.status_code == 404
    assert missing["Content-Type"] == "application/problem+json"
    assert api.put("/api/v1/me", {}).status_code == 405
