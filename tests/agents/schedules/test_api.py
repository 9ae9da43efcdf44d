"""Schedules over HTTP: made, changed, paused, refused; and nobody else's business."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from agents.assistants import actions as assistants
from agents.models import Run
from agents.schedules import actions, signing
from agents.schedules.models import Firing, Schedule
from apps.accounts.models import User
from apps.audit.models import Event
from apps.knowledge.models import Collection
from tests.agents.schedules.conftest import DAILY, Make

ALL = "/api/v1/schedules"
BODY: dict[str, Any] = {"name": "Morning", "prompt": "What is new?", "trigger": DAILY}
pytestmark = pytest.mark.usefixtures("queue")


def last() -> Event:
    return Event.objects.order_by("-id")[0]


def test_from_making_one_to_deleting_it(api: APIClient, employee: User) -> None:
    made = api.post(ALL, BODY | {"assistant": "knowledge", "mail": True})
    assert made.status_code == 201, made.content
    facts = made.json()
    assert (facts["assistant"], facts["assistant_name"], facts["time_zone"]) == (
        "knowledge",
        "Knowledge answerer",
        "Asia/Taipei",
    )
    next_at = datetime.fromisoformat(facts["next_at"])
    assert (next_at.hour, next_at.minute) == (0, 30), "08:30 in Taipei"
    assert next_at > timezone.now()
    assert (last().action, last().facts["assistant"]) == ("schedule.create", "knowledge")
    path = f"{ALL}/{facts['id']}"
    changed = api.patch(path, {"trigger": {"kind": "weekly", "at": "18:00", "days": ["fri", "MON"]}, "mail": False})
    assert changed.json()["trigger"] == {"kind": "weekly", "at": "18:00", "days": ["mon", "fri"]}
    assert datetime.fromisoformat(changed.json()["next_at"]).astimezone(UTC).hour == 10
    assert last().facts["mail"] == [True, False]
    paused = api.patch(path, {"enabled": False}).json()
    assert (paused["enabled"], paused["next_at"]) == (False, None)
    assert api.patch(path, {"enabled": True}).json()["next_at"]
    assert [each["id"] for each in api.get(ALL).json()["results"]] == [facts["id"]]
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert last().action == "schedule.delete"


def test_the_zone_decides_when(api: APIClient) -> None:
    made = api.post(ALL, BODY | {"time_zone": "America/New_York"}).json()
    assert datetime.fromisoformat(made["next_at"]).astimezone(UTC).hour in (12, 13)
    moved = api.patch(f"{ALL}/{made['id']}", {"time_zone": "Asia/Taipei"}).json()
    assert datetime.fromisoformat(moved["next_at"]).astimezone(UTC).hour == 0


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("name", {"name": ""}),
        ("prompt", {"prompt": " "}),
        ("prompt", {"prompt": "x" * 8001}),
        ("prompt", {"prompt": "a\0b"}),
        ("assistant", {"assistant": "nobody"}),
        ("trigger", {"trigger": None}),
        ("trigger.kind", {"trigger": {"kind": "hourly"}}),
        ("trigger.at", {"trigger": {"kind": "daily"}}),
        ("trigger.at", {"trigger": {"kind": "daily", "at": "24:00"}}),
        ("trigger.at", {"trigger": {"kind": "daily", "at": "8:30"}}),
        ("trigger.days", {"trigger": {"kind": "weekly", "at": "08:30"}}),
        ("trigger.days", {"trigger": {"kind": "weekly", "at": "08:30", "days": ["day"]}}),
        ("trigger.cron", {"trigger": {"kind": "cron"}}),
        ("trigger.cron", {"trigger": {"kind": "cron", "cron": "0 0 30 2 *"}}),
        ("trigger.cron", {"trigger": {"kind": "cron", "cron": "* * * * * rm"}}),
        ("trigger.collections", {"trigger": {"kind": "document"}}),
        (
            "trigger.collections",
            {"trigger": {"kind": "document", "collections": ["00000000-0000-4000-8000-000000000000"]}},
        ),
        ("time_zone", {"time_zone": "Asia/Nowhere"}),
        ("time_zone", {"time_zone": "../../etc/passwd"}),
        ("time_zone", {"time_zone": "/etc/localtime"}),
        ("webhook", {"webhook": "ftp://example.test/"}),
        ("webhook", {"webhook": "javascript:alert(1)"}),
        ("webhook", {"webhook": "https://user:password@example.test/"}),
        ("webhook", {"webhook": "https://example.test/"}),
    ],
)
def test_what_cannot_be_is_refused_by_field(field: str, body: dict[str, Any], api: APIClient) -> None:
    answer = api.post(ALL, BODY | body)
    assert answer.status_code in (400, 403), answer.content
    assert field in answer.json()["errors"]
    assert not Schedule.objects.exists()


def test_a_collection_that_one_may_not_read_is_not_watched(api: APIClient, administrator: User) -> None:
    closed = Collection.objects.create(name="Board", visibility="groups", created_by=administrator)
    assert api.post(ALL, BODY | {"trigger": {"kind": "document", "collections": [str(closed.pk)]}}).status_code == 400


def test_one_persons_are_nobody_elses(
    api: APIClient, make: Make, administrator: User, stranger: User, client_for: Any
) -> None:
    path = f"{ALL}/{make().pk}"
    for other in (administrator, stranger):
        theirs = client_for(other)
        assert theirs.get(ALL).json()["results"] == []
        for answer in (
            *(theirs.get(path), theirs.patch(path, {"name": "x"}), theirs.delete(path)),
            *(theirs.post(f"{path}/run"), theirs.get(f"{path}/runs")),
        ):
            assert answer.status_code == 404
    assert api.get(path).json()["name"] == "Morning"
    assert client_for(administrator, "read", "write").get(path).status_code == 403


def test_there_are_so_many_of_one_persons(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_SCHEDULES", 2)
    assert [api.post(ALL, BODY).status_code for _ in range(3)] == [201, 201, 409]


def test_run_now(api: APIClient, make: Make, employee: User) -> None:
    schedule = make(assistant="knowledge")
    path = f"{ALL}/{schedule.pk}"
    started = api.post(f"{path}/run")
    assert started.status_code == 202, started.content
    run = Run.objects.get(pk=started.json()["run"]["id"])
    assert (run.person, run.kind, run.input["question"], run.input["history"]) == (
        employee,
        "question",
        "What is new?",
        [],
    )
    assert run.input["assistant"]["slug"] == "knowledge"
    assert run.input["thread"] is None
    event = Event.objects.get(action="schedule.run")
    assert (event.actor, event.facts["cause"], event.facts["as"]) == (employee, "person", employee.email)
    assert api.post(f"{path}/run").status_code == 409
    [listed] = api.get(f"{path}/runs").json()["results"]
    assert (listed["cause"], listed["status"], listed["run"]) == (
        "person",
        "running",
        {"id": str(run.pk), "status": "queued"},
    )
    assert api.get(path).json()["last"]["run"]["id"] == str(run.pk)


def test_run_now_of_an_assistant_that_is_gone(api: APIClient, make: Make, administrator: User) -> None:
    made = assistants.create(administrator, "legal", {"name": "Legal"}, {})
    schedule = make(assistant="legal")
    assistants.delete(administrator, made)
    refused = api.post(f"{ALL}/{schedule.pk}/run")
    assert (refused.status_code, refused.json()["detail"]) == (409, "This assistant was deleted.")
    assert not Firing.objects.exists()
    assert api.get(f"{ALL}/{schedule.pk}").json()["assistant"] == "legal"


def test_deleting_one_deletes_its_runs(api: APIClient, make: Make) -> None:
    schedule = make()
    api.post(f"{ALL}/{schedule.pk}/run")
    assert api.delete(f"{ALL}/{schedule.pk}").status_code == 204
    assert not Run.objects.exists()
    assert not Firing.objects.exists()


# Secrets


def test_secrets_are_shown_once_and_to_nobody_else(api: APIClient, settings: Any) -> None:
    settings.QUARRY_WEBHOOK_HOSTS = {"example.test:443"}
    trigger = {"kind": "webhook", "signed": True}
    made = api.post(ALL, BODY | {"trigger": trigger, "webhook": "https://example.test/in"}).json()
    token = made["hook"].rpartition("/api/v1/hooks/")[2]
    assert len(token) >= 43
    assert made["hook_secret"].startswith(signing.PREFIX)
    assert made["webhook_secret"].startswith(signing.PREFIX)
    assert made["hook_secret"] != made["webhook_secret"]
    secrets = [token, made["hook_secret"], made["webhook_secret"]]
    seen = api.get(f"{ALL}/{made['id']}").content.decode() + api.get(ALL).content.decode()
    stored = str(Schedule.objects.values().get()) + str(list(Event.objects.values_list("facts", flat=True)))
    assert not [secret for secret in secrets if secret in seen + stored]
    renewed = api.patch(f"{ALL}/{made['id']}", {"trigger": trigger}).json()
    assert renewed["hook"] != made["hook"]
    assert "webhook_secret" not in renewed
    assert last().facts["secrets"] == ["hook_secret", "token"]


# Where results may go


def test_results_leave_only_for_where_an_administrator_allowed_it(
    api: APIClient, administrator: User, client_for: Any, settings: Any
) -> None:
    body = BODY | {"webhook": "https://hooks.example.test/in"}
    assert api.post(ALL, body).status_code == 403
    assert client_for(administrator).post(ALL, body).status_code == 201
    open_ = client_for(administrator).post(ALL, BODY | {"webhook": "http://hooks.example.test/in"})
    assert (open_.status_code, "webhook" in open_.json()["errors"]) == (400, True)
    settings.QUARRY_WEBHOOK_HOSTS = {"hooks.example.test:443"}
    assert api.post(ALL, body).status_code == 201
    assert api.post(ALL, BODY | {"webhook": "https://hooks.example.test:8443/in"}).status_code == 403
