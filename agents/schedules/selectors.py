"""Reading schedules; each person reads their own."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from quarry.api.problem import not_found

from agents.schedules import cron
from agents.schedules.models import Delivery, Firing, Schedule
from apps.accounts.models import User
from apps.knowledge.models import Document
from apps.knowledge.selectors import documents

MOST_DOCUMENTS = 50  # taken up at once


def schedules(person: User) -> QuerySet[Schedule]:
    """The person's own schedules, each with how it went last."""
    last = Firing.objects.order_by("schedule_id", "-created_at").distinct("schedule_id").select_related("run")
    found = Schedule.objects.filter(person=person).select_related("assistant__published", "person")
    return found.prefetch_related(Prefetch("firings", last, to_attr="last"))


def one(person: User, key: UUID) -> Schedule:
    found = schedules(person).filter(pk=key).first()
    if found is None:
        raise not_found()
    return found


def firings(schedule: Schedule) -> QuerySet[Firing]:
    """When it ran, or should have."""
    sent = Prefetch("deliveries", Delivery.objects.order_by("created_at"))
    return Firing.objects.filter(schedule=schedule).select_related("run").prefetch_related(sent)


def next_time(schedule: Schedule, after: datetime) -> datetime | None:
    """When it runs next; never for one that is not on or has no times."""
    if not schedule.cron or not schedule.enabled:
        return None
    return cron.next_after(cron.parse(schedule.cron), ZoneInfo(schedule.time_zone), after)


def new_documents(schedule: Schedule, ready_since: datetime) -> list[Document]:
    """Documents that were added since the schedule is on, became ready since that moment, and were not taken up yet;
    of those that its owner may read today."""
    taken = Firing.objects.filter(schedule=schedule, document=OuterRef("pk"))
    found = documents(schedule.person).filter(
        ~Exists(taken),
        collection__in=schedule.trigger["collections"],
        status=Document.Status.READY,
        created_at__gt=schedule.since,
        updated_at__gt=ready_since,
    )
    return list(found.order_by("created_at", "pk")[:MOST_DOCUMENTS])
