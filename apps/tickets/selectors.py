"""Reads: administrators see all tickets, everybody else their own."""

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.accounts.policies import may_administer
from apps.tickets.models import Ticket


def tickets(person: User) -> QuerySet[Ticket]:
    found = Ticket.objects.select_related("requester")
    return found if may_administer(person) else found.filter(requester=person)
