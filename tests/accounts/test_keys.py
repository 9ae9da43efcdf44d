"""API keys: what their scopes let them do, and that nobody else ever sees one."""

from typing import Any

import pytest

from apps.accounts.models import ApiKey, User


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        ([], {"read", "write", "chat", "admin"}),
        (["read"], {"read"}),
        (["write"], {"write"}),
        (["chat"], {"chat"}),
        (["admin"], {"admin"}),
        (["read", "chat"], {"read", "chat"}),
    ],
)
def test_a_key_does_what_its_scopes_say(
    scopes: list[str], allowed: set[str], client_for: Any, administrator: User
) -> None:
    api = client_for(administrator, *scopes)
    calls = {
        "read": [("get", "collections"), ("post", "search"), ("get", "groups"), ("get", "me")],
        "write": [("post", "collections"), ("patch", "me")],
        "chat": [("get", "conversations"), ("post", "conversations")],
        "admin": [
            *(("get", "people"), ("post", "people"), ("post", "groups"), ("get", "audit"), ("post", "api-keys")),
            *(("get", "api-keys"), ("get", "models"), ("get", "system"), ("get", "audit/export")),
        ],
    }
    for scope, requests in calls.items():
        for method, path in requests:
            answer = getattr(api, method)(f"/api/v1/{path}", {})
            assert (answer.status_code != 403) == (scope in allowed), f"{scopes} {method} {path}"


@pytest.mark.parametrize(
    ("asked", "status"),
    [([], 403), (["read"], 403), (["admin", "read"], 403), (["admin"], 201), (["admin", "chat"], 201)],
)
def test_no_key_makes_one_that_may_more(asked: list[str], status: int, client_for: Any, employee: User) -> None:
    api = client_for(employee, "admin", "chat")
    assert api.post("/api/v1/api-keys", {"name": "more", "scopes": asked}).status_code == status
    assert ApiKey.objects.filter(name="more").count() == (status == 201)


def test_a_key_is_shown_once_and_only_to_its_owner(client_for: Any, employee: User, administrator: User) -> None:
    api = client_for(employee)
    made = api.post("/api/v1/api-keys", {"name": "script"}).json()
    assert len(made["key"]) == 43
    for client in (api, client_for(administrator)):
        for path in ("api-keys", "people", "audit", "audit/export"):
            answer = client.get(f"/api/v1/{path}")
            text = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert made["key"].encode() not in text
    assert made["id"] not in client_for(administrator).get("/api/v1/api-keys").content.decode()
    assert client_for(administrator).delete(f"/api/v1/api-keys/{made['id']}").status_code == 404


@pytest.mark.parametrize("text", ["", "qk_", "qk_" + "a" * 40, "x" * 10_000, "qk_\u00ff", "' OR 1=1", "a b c"])
def test_what_is_no_key(text: str, client_for: Any, db: None) -> None:
    api = client_for(None)
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    answer = api.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="quarry"'
