"""The audit log only grows, and an alteration behind Django's back shows."""

import json
import threading
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from apps.accounts.models import User
from apps.audit import chain, record
from apps.audit.models import Event


@pytest.fixture(autouse=True)
def forget_the_head() -> None:
    """Each test begins a chain of its own."""
    chain._anchor().unlink(missing_ok=True)


def write(number: int) -> None:
    for n in range(number):
        record(None, "test.write", f"文件 {n}", {"n": n, "text": "繁體中文 'quoted' \\ \x00"})


def behind_the_back(sql: str) -> None:
    """As somebody with the database's own password would."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")


@pytest.mark.django_db
@pytest.mark.parametrize("sql", ["UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event"])
def test_the_database_refuses(sql: str) -> None:
    write(1)
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Event.objects.count() == 1


@pytest.mark.django_db
def test_a_sound_chain_verifies() -> None:
    write(5)
    verdict = chain.verify()
    assert verdict.ok
    assert verdict.checked == 5
    assert verdict.head == Event.objects.get(id=5).hash


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "broken", "reason"),
    [
        ("UPDATE audit_event SET facts = '{\"n\": 99}' WHERE id = 3", 3, "changed"),
        ("UPDATE audit_event SET actor_email = 'x@y' WHERE id = 2", 2, "changed"),
        ("UPDATE audit_event SET time = time - interval '1 day' WHERE id = 4", 4, "changed"),
        ("DELETE FROM audit_event WHERE id = 3", 4, "missing"),
        ("UPDATE audit_event SET previous_hash = hash WHERE id = 5", 5, "follow"),
    ],
)
def test_alterations_are_found(sql: str, broken: int, reason: str) -> None:
    write(5)
    behind_the_back(sql)
    verdict = chain.verify()
    assert not verdict.ok
    assert verdict.first_broken == broken
    assert reason in verdict.reason
    with pytest.raises(CommandError, match="BROKEN"):
        call_command("verify_audit")


@pytest.mark.django_db
def test_a_cut_off_end_is_found() -> None:
    write(5)
    assert chain.verify().ok
    behind_the_back("DELETE FROM audit_event WHERE id > 3")
    verdict = chain.verify()
    assert not verdict.ok
    assert "4 to 5 were removed" in verdict.reason


@pytest.mark.django_db
def test_event_and_change_share_a_transaction(administrator: User) -> None:
    @transaction.atomic
    def fail() -> None:
        record(administrator, "test.fail", administrator, {})
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not Event.objects.filter(action="test.fail").exists()


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_chain() -> None:
    def run() -> None:
        write(10)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = chain.verify()
    assert verdict.ok
    assert verdict.checked == 40


def test_list_filter_export(client_for: Any, administrator: User) -> None:
    api = client_for(administrator)
    record(administrator, "document.delete", "=cmd|calc", {"名稱": "假單"})
    found = api.get("/api/v1/audit", {"action": "document"}).json()["results"]
    assert [event["action"] for event in found] == ["document.delete"]
    assert found[0]["actor"]["email"] == administrator.email
    assert api.get(f"/api/v1/audit/{found[0]['id']}").json()["facts"] == {"名稱": "假單"}
    assert api.get("/api/v1/audit", {"after": "yesterday"}).status_code == 400
    lines = b"".join(api.get("/api/v1/audit/export?format=jsonl&action=document")).decode().splitlines()
    assert json.loads(lines[0])["facts"] == {"名稱": "假單"}
    table = b"".join(api.get("/api/v1/audit/export?format=csv&action=document")).decode()
    assert "'=cmd|calc" in table
    ocsf = json.loads(b"".join(api.get("/api/v1/audit/export?format=ocsf&action=document")).decode().splitlines()[0])
    assert ocsf["class_uid"] == 6003
    assert ocsf["activity_id"] == 4
    assert api.get("/api/v1/audit/export?format=xml").status_code == 400
    assert Event.objects.filter(action="audit.export").count() == 3
    assert api.post("/api/v1/audit/verify").json()["ok"] is True
