"""Reading and exporting the log: administrators only, by every filter, in every form."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient
from rest_framework.test import APIClient

from apps.accounts.actions import create_api_key
from apps.accounts.models import User
from apps.audit import record
from apps.audit.models import Event

AUDIT = "/api/v1/audit"


@pytest.fixture
def api(client_for: Any, administrator: User) -> APIClient:
    return client_for(administrator)  # type: ignore[no-any-return]


@pytest.fixture
def log(api: APIClient, administrator: User, employee: User) -> list[Event]:
    record(administrator, "document.delete", "假單", {"名稱": "假單"})
    record(employee, "document.upload", employee, {"n": 1})
    record(employee, "documentary.watch", None, {})
    record(None, "session.sign_in_failed", None, {"email": "x"})
    return list(Event.objects.exclude(action="api_key.create").order_by("id"))


def actions(api: APIClient, **filters: str) -> list[str]:
    answer = api.get(AUDIT, {**filters, "limit": "200"})
    assert answer.status_code == 200, answer.content
    return [each["action"] for each in answer.json()["results"] if each["action"] != "api_key.create"]


def test_newest_first_with_everything_an_auditor_asks_for(api: APIClient, log: list[Event]) -> None:
    assert actions(api) == [event.action for event in reversed(log)]
    event = api.get(f"{AUDIT}/{log[0].id}").json()
    assert event["actor"] == {"id": str(log[0].actor_id), "email": "admin@example.test"}
    assert event["object"] == {"type": "text", "id": "", "label": "假單"}
    assert event["facts"] == {"名稱": "假單"}
    assert event["time"].endswith("Z")
    assert (len(event["hash"]), len(event["previous_hash"])) == (64, 64)


def test_filters(api: APIClient, log: list[Event], employee: User) -> None:
    upload = log[1]
    assert (
        actions(api, actor=str(employee.pk)) == actions(api, actor="EMMA@") == ["documentary.watch", "document.upload"]
    )
    assert actions(api, action="document") == ["document.upload", "document.delete"]
    assert actions(api, action="document.upload") == ["document.upload"]
    assert actions(api, object="假") == ["document.delete"]
    assert actions(api, object=str(employee.pk)) == actions(api, object="user") == ["document.upload"]
    moment = upload.time.isoformat()
    assert actions(api, after=moment) == ["session.sign_in_failed", "documentary.watch", "document.upload"]
    assert actions(api, before=moment) == ["document.delete"]
    assert actions(api, after=(upload.time + timedelta(days=1)).isoformat()) == []
    assert actions(api, actor="emma", action="document", before=moment) == []


@pytest.mark.parametrize(
    "query",
    [
        *("after=yesterday", "before=2026-13-01", "actor=%00", "object=%00", "action=" + "x" * 61, "cursor=nonsense"),
        "after=0001-01-01T00:00:00%2B14:00",
    ],
)
def test_bad_filters_are_refused(query: str, api: APIClient) -> None:
    for path in (f"{AUDIT}?{query}", f"{AUDIT}/export?{query}"):
        if "cursor" in query and "export" in path:
            continue
        answer = api.get(path)
        assert answer.status_code == 400, answer.content
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("number", [0, 999_999, 2**63, 10**30])
def test_an_event_that_is_not_there(number: int, api: APIClient) -> None:
    assert api.get(f"{AUDIT}/{number}").status_code == 404


def exported(api: APIClient, form: str, **filters: str) -> str:
    answer = api.get(f"{AUDIT}/export", {"format": form, **filters})
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def test_json_lines_hold_all_that_the_chain_covers(api: APIClient, log: list[Event]) -> None:
    lines = [json.loads(line) for line in exported(api, "jsonl").splitlines()]
    assert [line["id"] for line in lines] == sorted(line["id"] for line in lines)
    by_id = {line["id"]: line for line in lines}
    for event in Event.objects.exclude(action="audit.export"):
        line = by_id[event.id]
        assert (line["hash"], line["previous_hash"], line["facts"]) == (event.hash, event.previous_hash, event.facts)
    assert lines[-1]["action"] == "audit.export", "the export shows itself"


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_of_the_csv_begins_a_formula(begins: str, api: APIClient) -> None:
    record(None, "test.formula", f"{begins}cmd|' /C calc'!A0", {"=a": "=1+1"})
    text = exported(api, "csv", action="test.formula")
    assert text.startswith("\ufeff"), "Excel reads the Chinese"
    header, row = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    cells = dict(zip(header, row, strict=True))
    assert cells["object"] == f"'{begins}cmd|' /C calc'!A0"
    assert json.loads(cells["facts"]) == {"=a": "=1+1"}
    assert all(cell[:1] not in "=+-@\t\r\n＝＋－＠" or not cell for cell in row)


def test_ocsf(api: APIClient, log: list[Event], administrator: User, employee: User) -> None:
    record(employee, "session.sign_in", employee, {})
    record(employee, "session.sign_out", employee, {})
    record(administrator, "person.create", employee, {})
    events = {each["metadata"]["event_code"]: each for each in map(json.loads, exported(api, "ocsf").splitlines())}
    classes = {action: (each["class_uid"], each["activity_id"]) for action, each in events.items()}
    assert classes["session.sign_in"] == (3002, 1)
    assert classes["session.sign_out"] == (3002, 2)
    assert classes["person.create"] == (3001, 1)
    assert classes["document.delete"] == (6003, 4)
    assert events["session.sign_in_failed"]["status_id"] == 2
    for each in events.values():
        assert each["type_uid"] == each["class_uid"] * 100 + each["activity_id"]
        assert each["category_uid"] == each["class_uid"] // 1000
        assert each["metadata"]["version"] == "1.3.0"
        assert isinstance(each["time"], int)
        assert each["unmapped"]["hash"]


def test_an_export_is_recorded_with_its_filters(api: APIClient) -> None:
    exported(api, "csv", action="document", after="2026-01-01T00:00:00Z")
    assert Event.objects.get(action="audit.export").facts == {
        "format": "csv",
        "action": "document",
        "after": "2026-01-01 00:00:00+00:00",
    }
    assert api.get(f"{AUDIT}/export?format=xml").status_code == 400


def test_nobody_else_reads_exports_or_verifies(
    client_for: Any, administrator: User, employee: User, log: list[Event]
) -> None:
    before = Event.objects.exclude(action="api_key.create").count()
    wrong = [client_for(employee), client_for(employee, "admin"), client_for(administrator, "read", "chat", "write")]
    for client in wrong:
        for path in ("", f"/{log[0].id}", "/999999", "/export"):
            assert client.get(AUDIT + path).status_code == 403
        assert client.post(f"{AUDIT}/verify").status_code == 403
    assert Event.objects.exclude(action="api_key.create").count() == before


def test_verifying_is_recorded(api: APIClient, log: list[Event]) -> None:
    assert api.post(f"{AUDIT}/verify").json()["ok"] is True
    assert Event.objects.get(action="audit.verify").facts["ok"] is True


@pytest.mark.django_db(transaction=True)
async def test_the_server_sends_a_long_export_piece_by_piece(administrator: User) -> None:
    def prepare() -> str:
        for number in range(700):  # more than the database hands over at once
            record(None, "test.many", None, {"n": number})
        return create_api_key(None, administrator, "test")[1]

    key = await sync_to_async(prepare)()
    headers = {"Authorization": f"Bearer {key}"}
    answer = await AsyncClient().get(f"{AUDIT}/export?format=jsonl&action=test", headers=headers)
    assert answer.is_async, "a plain iterator would be gathered in memory"
    lines = [json.loads(piece) async for piece in answer.streaming_content]
    await sync_to_async(connections.close_all)()  # those of the thread that answered
    assert [line["facts"]["n"] for line in lines] == list(range(700))
