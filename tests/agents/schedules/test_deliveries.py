"""Results on their way to real receivers: signed, tried again, given up, and never to where they may not go."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from quarry import secrets

from agents.schedules import actions, deliveries
from agents.schedules.models import Delivery, Schedule
from agents.schedules.tasks import deliver, look
from apps.accounts.models import User
from apps.audit.models import Event
from apps.knowledge.models import Collection, Document
from tests.agents.schedules.conftest import Mailbox, Make, due, end
from tests.runtime.remote.serving import Served, Talk, serving

pytestmark = pytest.mark.django_db(transaction=True)
Receiver = Callable[..., Any]


@contextmanager
def receiver(settings: Any, *statuses: int) -> Iterator[Served]:
    """A server that answers with these, one after the other, and then with the last one."""
    left = list(statuses)

    def answer(talk: Talk) -> None:
        talk.reply(left.pop(0) if len(left) > 1 else left[0], {}, {"Location": "http://169.254.169.254/"})

    with serving(answer) as served:
        settings.QUARRY_WEBHOOK_HOSTS = {served.url.removeprefix("http://")}
        yield served


def finished(make: Make, person: User, answer: str = "All is well.", **more: Any) -> tuple[Schedule, str]:
    """A schedule whose run has ended, and the key of its signatures."""
    schedule = make(person, **more)
    due(schedule)
    look()
    end(answer)
    return schedule, secrets.decrypt(schedule.url_secret)


def sent() -> Delivery:
    """After one round of tries."""
    for pk in deliveries.due():
        deliver(str(pk))
    return Delivery.objects.get()


def again() -> Delivery:
    """As when the pause is over."""
    Delivery.objects.update(next_at=timezone.now())
    return sent()


def test_a_result_is_posted_and_signed(make: Make, employee: User, settings: Any) -> None:
    with receiver(settings, 204) as served:
        schedule, secret = finished(make, employee, "一切正常。", webhook=f"{served.url}/in?x=1")
        delivery = sent()
    talk = served.last
    assert (talk.method, talk.path, talk.query) == ("POST", "/in", {"x": ["1"]})
    assert talk.headers["content-type"] == "application/json"
    assert talk.headers["webhook-id"] == str(delivery.pk)
    assert abs(int(talk.headers["webhook-timestamp"]) - time.time()) < 30
    content = f"{delivery.pk}.{talk.headers['webhook-timestamp']}.".encode() + talk.body
    right = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), content, hashlib.sha256).digest()
    assert talk.headers["webhook-signature"] == f"v1,{base64.b64encode(right).decode()}"
    assert talk.json["type"] == "schedule.completed"
    data = talk.json["data"]
    assert (data["answer"], data["cause"], data["schedule"]) == (
        "一切正常。",
        "time",
        {"id": str(schedule.pk), "name": "Morning"},
    )
    assert (delivery.status, delivery.attempts, delivery.response_status) == ("delivered", 1, 204)
    event = Event.objects.get(action="schedule.deliver")
    assert event.facts == {
        "way": "webhook",
        "status": "delivered",
        "attempts": 1,
        "error": "",
        "delivery": str(delivery.pk),
    }
    assert deliveries.due() == []


def test_it_is_tried_again_after_longer_and_longer_pauses(make: Make, employee: User, settings: Any) -> None:
    with receiver(settings, 500, 503, 429, 302, 200) as served:
        finished(make, employee, webhook=served.url)
        pauses = []
        for _ in range(4):
            delivery = again()
            assert delivery.status == "waiting"
            assert delivery.error == f"The receiver answered with status {delivery.response_status}."
            pauses.append(delivery.next_at - timezone.now())
            assert deliveries.due() == []
        delivery = again()
    assert pauses == sorted(pauses)
    assert pauses[3] > 50 * pauses[0]
    assert (delivery.status, delivery.attempts, delivery.error) == ("delivered", 5, "")
    assert len(served.talks) == 5, "a redirection is not followed"
    assert len({talk.headers["webhook-id"] for talk in served.talks}) == 1
    assert len({talk.body for talk in served.talks}) == 1


def test_it_is_given_up_at_last(make: Make, employee: User, settings: Any) -> None:
    with receiver(settings, 500) as served:
        finished(make, employee, webhook=served.url)
        while (delivery := again()).status == "waiting":
            pass
        again()
    assert (delivery.status, delivery.attempts, len(served.talks)) == ("failed", 7, 7)
    assert Event.objects.get(action="schedule.deliver").facts["status"] == "failed"


def test_a_receiver_that_wants_no_more_is_left_alone(make: Make, employee: User, settings: Any) -> None:
    with receiver(settings, 410) as served:
        finished(make, employee, webhook=served.url)
        assert sent().status == "failed"
    assert len(served.talks) == 1


def test_a_receiver_that_is_away_or_never_answers(
    make: Make, employee: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "LONGEST_TRY", 0.5)
    held = threading.Event()
    with serving(lambda talk: held.wait(5)) as served:
        settings.QUARRY_WEBHOOK_HOSTS = {served.url.removeprefix("http://")}
        finished(make, employee, webhook=served.url)
        begun = time.monotonic()
        delivery = sent()
        assert time.monotonic() - begun < 3
        assert (delivery.status, delivery.error) == ("waiting", "The server did not answer in time.")
        held.set()
    delivery = again()
    assert delivery.status == "waiting"
    assert "cannot be reached" in delivery.error


def test_of_workers_that_try_at_once_one_sends_it(make: Make, employee: User, settings: Any) -> None:
    with receiver(settings, 200) as served:
        finished(make, employee, webhook=served.url)
        [pk], barrier = deliveries.due(), threading.Barrier(4)

        def work() -> None:
            barrier.wait()
            deliveries.deliver(pk)
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(served.talks) == 1


def test_addresses_of_our_own_network_need_the_list(make: Make, administrator: User, settings: Any) -> None:
    """Not even an administrator's schedule reaches what is not on it, however the address is written."""
    with receiver(settings, 200) as served:
        port = served.url.rpartition(":")[2]
        finished(make, administrator, webhook=served.url)
        settings.QUARRY_WEBHOOK_HOSTS = set()
        for host in (
            "127.0.0.1",
            "localhost",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "2130706433",
            "0x7f000001",
            "169.254.169.254",
        ):
            Schedule.objects.update(url=f"http://{host}:{port}/")
            delivery = again()
            assert delivery.status == "waiting", host
            assert delivery.response_status is None, host
            Delivery.objects.update(attempts=0)
    assert served.talks == []


def test_permission_is_that_of_the_moment(make: Make, administrator: User, settings: Any) -> None:
    with receiver(settings, 200) as served:
        finished(make, administrator, webhook=served.url)
        settings.QUARRY_WEBHOOK_HOSTS = set()
        User.objects.filter(pk=administrator.pk).update(role="employee")
        delivery = sent()
    assert (delivery.status, delivery.error) == ("failed", "The owner may no longer send results to this address.")
    assert served.talks == []


def test_citations_that_may_no_longer_be_read_are_not_sent(
    make: Make, employee: User, library: Document, settings: Any
) -> None:
    quote = {
        "marker": 1,
        "passage_id": "p",
        "document_id": str(library.pk),
        "title": "House rules",
        "quote": "q",
        "location": None,
    }
    with receiver(settings, 500, 200) as served:
        schedule = make(webhook=served.url)
        due(schedule)
        look()
        end("Seven days [1].", citations=[quote])
        again()
        assert served.last.json["data"]["citations"][0]["title"] == "House rules"
        Collection.objects.update(visibility="groups", created_by=None)
        again()
    assert served.last.json["data"]["citations"][0] == quote | {
        "passage_id": None,
        "document_id": None,
        "title": "",
        "quote": "",
        "withheld": True,
    }


def test_a_failure_is_told_as_well(make: Make, employee: User, settings: Any) -> None:
    with receiver(settings, 200) as served:
        schedule = make(webhook=served.url)
        due(schedule)
        look()
        end("", "failed", error={"title": "The model cannot answer", "detail": "It is away.", "type": "about:blank"})
        sent()
    assert served.last.json["type"] == "schedule.failed"
    assert served.last.json["data"]["error"]["detail"] == "It is away."


# Mail


def letter(mailbox: Mailbox) -> Any:
    return message_from_bytes(mailbox.letters[-1], policy=policy.default)


def test_a_result_by_mail_to_its_owner(make: Make, employee: User, mailbox: Mailbox) -> None:
    finished(make, employee, "一切正常。", mail=True, name="晨間\n報告")
    delivery = sent()
    found = letter(mailbox)
    assert (found["To"], found["Subject"]) == (employee.email, "晨間 報告")
    body = found.get_content()
    assert body.startswith("一切正常。")
    assert "by your schedule" in body
    assert (delivery.status, delivery.kind, delivery.response_status) == ("delivered", "mail", None)


def test_mail_in_the_owners_language(make: Make, employee: User, mailbox: Mailbox) -> None:
    employee.language = "zh-Hant"
    employee.save()
    schedule = make(mail=True)
    due(schedule)
    look()
    end("", "failed", error={"title": "The model cannot answer", "detail": "The file is empty.", "type": "about:blank"})
    sent()
    body = letter(mailbox).get_content()
    assert body.startswith("檔案是空的。")
    assert "依您的排程「Morning」" in body


def test_a_mail_server_that_refuses_is_tried_again(make: Make, employee: User, mailbox: Mailbox, api: Any) -> None:
    mailbox.refuse = True
    schedule, _ = finished(make, employee, mail=True)
    delivery = sent()
    assert (delivery.status, delivery.attempts) == ("waiting", 1)
    assert delivery.error == "The mail server refuses this recipient."
    mailbox.refuse = False
    assert again().status == "delivered"
    [shown] = api.get(f"/api/v1/schedules/{schedule.pk}/runs").json()["results"]
    [log] = shown["deliveries"]
    assert (log["kind"], log["status"], log["attempts"]) == ("mail", "delivered", 2)


def test_while_a_slow_mail_server_takes_it_nobody_else_sends_it(make: Make, employee: User, mailbox: Mailbox) -> None:
    finished(make, employee, mail=True)
    [pk] = deliveries.due()
    taken = deliveries._claim(pk)
    assert taken is not None
    assert taken.next_at - timezone.now() > timedelta(minutes=4), "ten answers, each in less than twenty seconds"
    deliveries._note_miss(taken, deliveries.Missed("It takes too long."))
    waits = Delivery.objects.get().next_at - timezone.now()
    assert timedelta(seconds=50) < waits <= timedelta(minutes=1)


def test_without_a_mail_server_it_waits_for_one(make: Make, employee: User, settings: Any) -> None:
    settings.QUARRY_SMTP_URL = ""
    finished(make, employee, mail=True)
    delivery = sent()
    assert (delivery.status, delivery.error) == ("waiting", "No mail server is set up.")


def test_both_ways_at_once(make: Make, employee: User, mailbox: Mailbox, settings: Any) -> None:
    with receiver(settings, 200) as served:
        finished(make, employee, mail=True, webhook=served.url)
        for pk in deliveries.due():
            deliver(str(pk))
    assert sorted(Delivery.objects.values_list("kind", "status")) == [("mail", "delivered"), ("webhook", "delivered")]


def test_a_worker_that_dies_in_a_try_loses_nothing(make: Make, employee: User, settings: Any) -> None:
    with receiver(settings, 200) as served:
        finished(make, employee, webhook=served.url)
        [pk] = deliveries.due()
        assert deliveries._claim(pk) is not None  # and then it is gone
        assert deliveries.due() == []
        Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=1))
        assert sent().status == "delivered"
    assert json.loads(served.last.body)["data"]["answer"] == "All is well."


def test_deleting_a_schedule_ends_its_deliveries(make: Make, employee: User, settings: Any) -> None:
    with receiver(settings, 200) as served:
        schedule, _ = finished(make, employee, webhook=served.url)
        pks = deliveries.due()
        actions.delete(employee, schedule)
        deliver(str(pks[0]))
    assert served.talks == []


def test_whose_account_was_closed_is_sent_nothing_more(
    make: Make, employee: User, mailbox: Mailbox, settings: Any
) -> None:
    with receiver(settings, 200) as served:
        finished(make, employee, mail=True, webhook=served.url)
        User.objects.filter(pk=employee.pk).update(is_active=False)
        for pk in deliveries.due():
            deliver(str(pk))
    assert (served.talks, mailbox.letters) == ([], [])
    assert set(Delivery.objects.values_list("status", "error")) == {("failed", "The account of its owner was closed.")}
