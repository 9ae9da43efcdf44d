"""Every change to tickets, with its audit event in one transaction."""

from django.db import connection, transaction
from django.db.models import Max
from quarry.api.problem import not_found
from quarry.text import storable

from apps.accounts.models import User
from apps.accounts.policies import require_administrator
from apps.audit import record
from apps.tickets.models import Ticket

LOCK = 7_311_073  # of the next number, among PostgreSQL's advisory locks


@transaction.atomic
def create(person: User, subject: str, text: str) -> Ticket:
    """A ticket of the person's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = Ticket.objects.aggregate(last=Max("number"))["last"] or 0
    facts = {"subject": storable(subject.strip()), "text": storable(text)}
    ticket = Ticket.objects.create(number=last + 1, requester=person, **facts)
    record(person, "ticket.create", ticket, {"size": len(ticket.text)})
    return ticket


@transaction.atomic
def set_status(actor: User, ticket: Ticket, status: str) -> Ticket:
    require_administrator(actor)
    found = Ticket.objects.select_for_update().filter(pk=ticket.pk).first()
    if found is None:
        raise not_found()
    before, found.status = found.status, status
    found.save(update_fields=["status"])
    record(actor, "ticket.change", found, {"status": [before, status]})
    return found
