"""Signing in and out as the pages do it, and everything that must not get anybody in."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from quarry.settings import base

from apps.accounts.models import User
from apps.audit.models import Event

AUTH = "/_allauth/browser/v1/auth"
PASSWORD = "a-good-password"


class Browser:
    """The calls of the pages' `auth.ts` and `client.ts`: cookies are kept, the CSRF token goes into a header."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        token = self.client.cookies.get("csrftoken")
        headers = {"X-CSRFToken": token.value if token else "", "Idempotency-Key": "k"}
        return self.client.generic(
            method, path, "" if body is None else body, content_type="application/json", headers=headers
        )

    def sign_in(self, email: str, password: str = PASSWORD) -> Any:
        self.me()
        return self.client.post(
            f"{AUTH}/login",
            {"email": email, "password": password},
            content_type="application/json",
            headers={"X-CSRFToken": self.client.cookies["csrftoken"].value},
        )

    def me(self) -> Any:
        return self.client.get("/api/v1/me")

    @property
    def session(self) -> str:
        found = self.client.cookies.get("quarry_session")
        return found.value if found else ""


@pytest.fixture
def browser(db: None) -> Browser:
    return Browser()


@pytest.fixture
def limited(settings: Any) -> Iterator[None]:
    """The product's own limits; other tests sign in as often as they like."""
    settings.ACCOUNT_RATE_LIMITS = base.ACCOUNT_RATE_LIMITS
    cache.clear()
    yield
    cache.clear()


def codes(answer: Any) -> list[str]:
    """What allauth says was wrong."""
    return [error["code"] for error in answer.json()["errors"]]


def test_in_and_out_again(browser: Browser, employee: User) -> None:
    assert browser.me().status_code == 401
    assert browser.sign_in(f"  {employee.email.upper()} ").status_code == 200
    assert browser.me().json()["email"] == employee.email
    assert browser.sign_in(employee.email).status_code == 409
    assert browser.call("DELETE", f"{AUTH}/session").status_code == 401, "allauth's way to say: signed out"
    assert browser.me().status_code == 401


def test_without_the_csrf_token_nobody_signs_in_or_out(browser: Browser, employee: User) -> None:
    body = {"email": employee.email, "password": PASSWORD}
    refused = browser.client.post(f"{AUTH}/login", body, content_type="application/json")
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:quarry:problem:csrf")
    browser.sign_in(employee.email)
    assert browser.client.delete(f"{AUTH}/session").status_code == 403
    assert browser.me().status_code == 200


def test_a_session_that_was_planted_before_is_not_the_one_after(browser: Browser, employee: User) -> None:
    browser.client.session.save()
    attacker = Client()
    attacker.cookies["quarry_session"] = planted = browser.session or "planted-by-somebody-else-000000"
    browser.client.cookies["quarry_session"] = planted
    assert browser.sign_in(employee.email).status_code == 200
    assert browser.session != planted
    assert attacker.get("/api/v1/me").status_code == 401
    before = browser.session
    browser.call("DELETE", f"{AUTH}/session")
    attacker.cookies["quarry_session"] = before
    assert attacker.get("/api/v1/me").status_code == 401, "a session that was left cannot be taken up"


def test_the_session_cookie_is_out_of_scripts_reach(browser: Browser, employee: User) -> None:
    browser.sign_in(employee.email)
    cookie = browser.client.cookies["quarry_session"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_unknown_wrong_and_closed_look_alike(browser: Browser, employee: User, stranger: User) -> None:
    User.objects.filter(pk=stranger.pk).update(is_active=False)
    wrong = [
        browser.sign_in("nobody@example.test"),
        browser.sign_in(employee.email, "wrong"),
        browser.sign_in(stranger.email, "wrong"),
    ]
    assert {(answer.status_code, answer.content) for answer in wrong} == {(400, wrong[0].content)}
    assert browser.sign_in(stranger.email).status_code in (400, 401)
    assert browser.me().status_code == 401
    assert Event.objects.filter(action="session.sign_in_failed").count() == 4


@pytest.mark.parametrize(
    "body",
    [
        *("{}", "[]", "null", "{", "", '{"email": 1, "password": {}}', '{"email": "a@b.tw", "password": "\\ud800"}'),
        *('{"email": "a\\u0000@b.tw", "password": "x"}', '{"email": "\\ud800@b.tw", "password": "x"}'),
        '{"email": "a@b.tw", "password": "' + "x" * 100_000 + '"}',
    ],
)
def test_nonsense_is_refused(body: str, browser: Browser) -> None:
    browser.me()
    answer = browser.call("POST", f"{AUTH}/login", body)
    assert answer.status_code == 400


def test_after_five_failures_even_the_right_password_waits(browser: Browser, employee: User, limited: None) -> None:
    for attempt in range(5):
        assert codes(browser.sign_in(employee.email, f"wrong-{attempt}")) == ["email_password_mismatch"]
    blocked = browser.sign_in(employee.email)
    assert (blocked.status_code, codes(blocked)) == (400, ["too_many_login_attempts"]), "what the page looks for"
    assert browser.me().status_code == 401


def test_somebody_elses_failures_do_not_lock_others_out(
    browser: Browser, employee: User, stranger: User, limited: None
) -> None:
    for _ in range(6):
        browser.sign_in(employee.email, "wrong")
    assert browser.sign_in(stranger.email).status_code == 200


def test_one_address_cannot_try_everybody(browser: Browser, limited: None) -> None:
    answers = [browser.sign_in(f"guess-{number}@example.test", "wrong") for number in range(12)]
    assert codes(answers[9]) == ["email_password_mismatch"]
    assert codes(answers[10]) == codes(answers[11]) == ["too_many_login_attempts"]


def test_allauths_other_doors_are_shut(browser: Browser, employee: User) -> None:
    browser.sign_in(employee.email)
    shut = ["account/email", "account/password/change", "auth/signup", "auth/password/request", "auth/password/reset"]
    shut += ["auth/sessions", "auth/reauthenticate", "account/authenticators", "account/authenticators/totp"]
    for path in shut:
        for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
            answer = browser.call(method, f"/_allauth/browser/v1/{path}", '{"email": "ceo@example.test"}')
            assert answer.status_code == 404, f"{method} {path}"
    employee.refresh_from_db()
    assert employee.email == "emma@example.test"


def test_a_wrong_key_is_not_helped_by_a_good_session(browser: Browser, employee: User) -> None:
    browser.sign_in(employee.email)
    assert browser.client.get("/api/v1/me", headers={"Authorization": "Bearer qk_wrong"}).status_code == 401


# What ends a session


def test_a_closed_account_is_out_at_once(
    browser: Browser, employee: User, client_for: Any, administrator: User
) -> None:
    browser.sign_in(employee.email)
    key = client_for(employee)
    client_for(administrator).patch(f"/api/v1/people/{employee.pk}", {"is_active": False})
    assert browser.me().status_code == 401
    assert key.get("/api/v1/me").status_code == 401
    assert browser.call("POST", "/api/v1/conversations", "{}").status_code in (401, 403)
    client_for(administrator).patch(f"/api/v1/people/{employee.pk}", {"is_active": True})
    assert key.get("/api/v1/me").status_code == 200


def test_a_reset_password_ends_all_sessions_and_a_changed_one_the_others(
    employee: User, client_for: Any, administrator: User
) -> None:
    here, there = Browser(), Browser()
    for each in (here, there):
        each.sign_in(employee.email)
    changed = here.call("POST", "/api/v1/me/password", f'{{"current": "{PASSWORD}", "new": "another-good-one"}}')
    assert changed.status_code == 204
    assert (here.me().status_code, there.me().status_code) == (200, 401)
    client_for(administrator).post(f"/api/v1/people/{employee.pk}/password")
    assert here.me().status_code == 401


def test_a_demoted_administrator_administers_no_more(
    browser: Browser, employee: User, client_for: Any, administrator: User
) -> None:
    User.objects.filter(pk=employee.pk).update(role="administrator")
    browser.sign_in(employee.email)
    assert browser.client.get("/api/v1/people").status_code == 200
    client_for(administrator).patch(f"/api/v1/people/{employee.pk}", {"role": "employee"})
    assert browser.client.get("/api/v1/people").status_code == 403
