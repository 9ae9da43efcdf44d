"""Tickets: made by people through a tool, seen by whose they are and by administrators."""

import threading
import uuid
from typing import Any

import pytest
from django.db import connection
from quarry.api import Problem

from apps.accounts.models import User
from apps.audit.models import Event
from apps.tickets import actions
from apps.tickets.models import Ticket

PATH = "/api/v1/tickets"


def test_who_sees_what(client_for: Any, employee: User, stranger: User, administrator: User) -> None:
    ticket = actions.create(employee, "印表機", "It is on fire.")
    assert (ticket.number, Event.objects.get(action="ticket.create").facts) == (1, {"size": 14})
    mine = client_for(employee).get(PATH).json()["results"]
    assert [(each["subject"], each["requester"], each["status"]) for each in mine] == [
        ("印表機", employee.email, "open")
    ]
    assert client_for(stranger).get(PATH).json()["results"] == []
    assert client_for(stranger).get(f"{PATH}/{ticket.pk}").status_code == 404
    assert client_for(administrator).get(f"{PATH}/{ticket.pk}").json()["text"] == "It is on fire."
    assert client_for(administrator).get(f"{PATH}/{uuid.uuid4()}").status_code == 404


def test_administrators_close_them(client_for: Any, employee: User, administrator: User) -> None:
    ticket = actions.create(employee, "Printer", "On fire.")
    assert client_for(employee).patch(f"{PATH}/{ticket.pk}", {"status": "closed"}).status_code == 403
    client = client_for(administrator)
    assert client.patch(f"{PATH}/{ticket.pk}", {"status": "gone"}).status_code == 400
    closed = client.patch(f"{PATH}/{ticket.pk}", {"status": "closed", "subject": "Other", "requester": "x@x.test"})
    assert (closed.json()["status"], closed.json()["subject"], closed.json()["requester"]) == (
        "closed",
        "Printer",
        employee.email,
    )
    assert Event.objects.get(action="ticket.change").facts == {"status": ["open", "closed"]}
    Ticket.objects.all().delete()
    with pytest.raises(Problem):
        actions.set_status(administrator, ticket, "open")


@pytest.mark.django_db(transaction=True)
def test_numbers_are_given_once(employee: User) -> None:
    def one() -> None:
        try:
            actions.create(employee, "Printer", "On fire.")
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Ticket.objects.values_list("number", flat=True)) == list(range(1, 9))
