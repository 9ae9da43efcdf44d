"""Every operation of the OpenAPI document, tried by nobody and by somebody who has nothing to do with anything."""

import re
from typing import Any

import pytest
import yaml
from django.test import Client
from rest_framework.test import APIClient

from apps.accounts.models import User

OPEN = {"/healthz", "/readyz", "/metrics", "/api/v1/schema"}
NOBODY = "00000000-0000-4000-8000-000000000000"
# What an employee may read or do without owning anything.
FOR_EVERYONE = {
    ("get", "/api/v1/me"),
    ("patch", "/api/v1/me"),
    ("get", "/api/v1/groups"),
    ("get", "/api/v1/api-keys"),
    ("get", "/api/v1/collections"),
    ("get", "/api/v1/conversations"),
    ("post", "/api/v1/conversations"),
    ("get", "/api/v1/starters"),
}


def operations() -> list[tuple[str, str]]:
    """(method, path) of all our own operations, with ids that exist nowhere."""
    document = yaml.safe_load(Client().get("/api/v1/schema").content)
    return [
        (method, path)
        for path, methods in document["paths"].items()
        for method in methods
        if path not in OPEN and path.startswith(("/api/", "/v1/"))
    ]


def call(client: APIClient, method: str, path: str) -> Any:
    url = re.sub(r"\{[^}]+\}", lambda found: "999999" if "audit" in path else NOBODY, path)
    return getattr(client, method)(url, {} if method in ("post", "patch", "put") else None, format="json")


@pytest.mark.django_db
def test_nobody_gets_nothing(client_for: Any) -> None:
    for method, path in operations():
        answer = call(client_for(None), method, path)
        assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"
        assert answer["Content-Type"].startswith("application/problem+json"), f"{method} {path}"


def test_a_stranger_gets_no_data_and_no_fault(client_for: Any, stranger: User) -> None:
    client = client_for(stranger)
    for method, path in operations():
        answer = call(client, method, path)
        expected = {200, 201, 204} if (method, path) in FOR_EVERYONE else {400, 403, 404, 415}
        assert answer.status_code in expected, f"{method} {path}: {answer.status_code}"


def test_a_key_without_the_scope_is_refused(client_for: Any, administrator: User) -> None:
    client = client_for(administrator, "chat")
    for method, path in operations():
        if path.startswith(("/api/v1/people", "/api/v1/audit", "/api/v1/collections", "/api/v1/documents")):
            assert call(client, method, path).status_code == 403, f"{method} {path}"
