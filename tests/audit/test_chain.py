"""The audit log only grows, and an alteration behind Django's back shows."""

import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from apps.accounts.models import User
from apps.audit import chain, record
from apps.audit.models import Event


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
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_event SET action = 'x'",
        "UPDATE audit_event SET facts = facts WHERE false OR id = 1",
        "DELETE FROM audit_event",
        "DELETE FROM audit_event WHERE id = 1",
        "TRUNCATE audit_event",
        "TRUNCATE audit_event, accounts_user CASCADE",
    ],
)
def test_the_database_refuses(sql: str) -> None:
    write(1)
    with (
        pytest.raises(DatabaseError, match="only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert list(Event.objects.values_list("id", "action")) == [(1, "test.write")]
    assert chain.verify().ok


BY_HAND = """
    INSERT INTO audit_event (id, time, actor_email, action, object_type, object_id, object_label, facts,
                             previous_hash, hash)
    VALUES (99, '2001-01-01', '', 'by.hand', '', '', '', '{}', repeat('e', 64), repeat('f', 64))
"""


@pytest.mark.django_db
def test_who_inserts_by_hand_does_not_choose_what_the_database_sets() -> None:
    write(1)
    with connection.cursor() as cursor:
        cursor.execute(BY_HAND)
    event = Event.objects.get(action="by.hand")
    assert (event.id, event.time.year > 2001) == (2, True)
    assert chain.verify().ok


SWAP = """
    UPDATE audit_event SET id = -2 WHERE id = 2; UPDATE audit_event SET id = 2 WHERE id = 4;
    UPDATE audit_event SET id = 4 WHERE id = -2
"""
INSERTED = """
    INSERT INTO audit_event (id, time, actor_email, action, object_type, object_id, object_label, facts,
                             previous_hash, hash)
    SELECT 6, time, actor_email, 'made.up', object_type, object_id, object_label, facts, previous_hash, hash
    FROM audit_event WHERE id = 5
"""


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
        ("UPDATE audit_event SET hash = repeat('0', 64) WHERE id = 5", 5, "changed"),
        ("UPDATE audit_event SET ip = '10.0.0.1' WHERE id = 1", 1, "changed"),
        ("UPDATE audit_event SET object_label = object_label || ' ' WHERE id = 1", 1, "changed"),
        ("UPDATE audit_event SET actor_id = gen_random_uuid() WHERE id = 1", 1, "changed"),
        ("UPDATE audit_event SET id = 6 WHERE id = 5", 6, "missing"),
        ("DELETE FROM audit_event WHERE id = 1", 2, "missing"),
        (SWAP, 2, "follow"),
        (INSERTED, 6, "follow"),
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
def test_a_chain_that_was_written_anew_is_found() -> None:
    write(3)
    assert chain.verify().ok
    behind_the_back("DELETE FROM audit_event")
    write(4)
    verdict = chain.verify()
    assert (verdict.ok, verdict.first_broken) == (False, 3)
    assert "written anew" in verdict.reason


@pytest.mark.django_db
@pytest.mark.parametrize("broken", ["", "{}", "[]", "null", '{"checked": "x"}', "\x00"])
def test_a_damaged_memory_of_the_head_is_no_fault(broken: str) -> None:
    write(2)
    chain._anchor().write_text(broken)
    assert chain.verify().ok
    assert chain._remembered() == (2, Event.objects.get(id=2).hash)


@pytest.mark.django_db
def test_the_command_tells_by_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    write(2)
    call_command("verify_audit")
    assert f"Sound: 2 events. Head: {Event.objects.get(id=2).hash}" in capsys.readouterr().out
    behind_the_back("DELETE FROM audit_event WHERE id = 1")
    with pytest.raises(CommandError) as raised:
        call_command("verify_audit")
    assert raised.value.returncode == 1


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
