"""Every change to schedules that a person makes: permission, change and audit event in one transaction."""

import hashlib
import secrets as random
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from quarry import egress, events, secrets
from quarry.api import Problem
from quarry.api.problem import not_found

from agents.assistants import asking
from agents.models import Run
from agents.schedules import firing, policies, selectors, signing, triggers
from agents.schedules.models import Firing, Schedule
from agents.schedules.triggers import invalid
from apps.accounts.models import User
from apps.audit import record

MOST_SCHEDULES = 50  # of one person
DEFAULT_ZONE = "Asia/Taipei"
OFF = "The schedule was switched off before its turn came."
PLAIN = ("name", "prompt", "mail")
TOLD = (*PLAIN, "trigger", "time_zone", "url", "enabled")
Secrets = dict[str, str]


@transaction.atomic
def create(person: User, fields: Mapping[str, Any]) -> tuple[Schedule, Secrets]:
    """A schedule, and what of it is shown this once: the secret part of its address, and the keys of signatures."""
    if not person.is_active:
        raise not_found()
    User.objects.select_for_update().filter(pk=person.pk).first()  # who makes two at once makes them in turn
    if Schedule.objects.filter(person=person).count() >= MOST_SCHEDULES:
        raise Problem(409, f"You have {MOST_SCHEDULES} schedules already. Delete one first.", code="conflict")
    schedule = Schedule(person=person, time_zone=DEFAULT_ZONE)
    shown = _apply(schedule, fields)
    schedule.save()
    record(person, "schedule.create", schedule, _facts(schedule))
    return schedule, shown


@transaction.atomic
def change(person: User, schedule: Schedule, fields: Mapping[str, Any]) -> tuple[Schedule, Secrets]:
    """Changes what is named. A trigger or an address for results that is named again gets new secrets."""
    schedule = _locked(person, schedule)
    before = _facts(schedule)
    shown = _apply(schedule, fields)
    schedule.save()
    if not schedule.enabled:
        firing.pass_over(schedule, error=OFF)
    after = _facts(schedule)
    facts: dict[str, Any] = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    record(person, "schedule.change", schedule, facts | ({"secrets": sorted(shown)} if shown else {}))
    return schedule, shown


@transaction.atomic
def delete(person: User, schedule: Schedule) -> None:
    """Deletes a schedule with its runs; one that still works is asked to stop."""
    schedule = _locked(person, schedule)
    ids = Firing.objects.filter(schedule=schedule).exclude(run=None).values("run")
    runs = list(Run.objects.select_for_update().filter(pk__in=ids))
    record(person, "schedule.delete", schedule, _facts(schedule) | {"runs": len(runs)})
    schedule.delete()
    Run.objects.filter(pk__in=[run.pk for run in runs]).delete()
    active = [run.pk for run in runs if not run.ended]
    transaction.on_commit(lambda: _stop(active))


@transaction.atomic
def run_now(person: User, schedule: Schedule) -> Firing:
    """Starts it now, whatever its times, unless it is running."""
    schedule = _locked(person, schedule)
    if Firing.objects.filter(schedule=schedule, status=Firing.Status.RUNNING).exists():
        raise Problem(409, "It is running already. Stop it, or wait for it.", code="schedule-busy")
    made = Firing.objects.create(schedule=schedule, cause=Firing.Cause.PERSON, due_at=timezone.now())
    firing.begin(schedule, made)
    if made.run is None:
        raise Problem(409, made.error, code="assistant-gone")
    return made


def _stop(runs: Sequence[UUID]) -> None:
    for run_id in runs:
        events.request_cancel(run_id)


def _locked(person: User, schedule: Schedule) -> Schedule:
    policies.require_owner(person, schedule)
    found = firing.locked(schedule.pk)
    if found is None:
        raise not_found()
    return found


def _apply(schedule: Schedule, fields: Mapping[str, Any]) -> Secrets:
    """Puts the fields into the row, and says which secrets were made."""
    for name in PLAIN:
        setattr(schedule, name, fields.get(name, getattr(schedule, name)))
    if "assistant" in fields:
        version = asking.chosen(schedule.person, fields["assistant"] or "")
        schedule.assistant = version.assistant if version else None
    schedule.time_zone = triggers.zone(fields.get("time_zone", schedule.time_zone))
    shown = _set_trigger(schedule, fields["trigger"]) if "trigger" in fields else {}
    shown |= _set_url(schedule, fields["webhook"] or "") if "webhook" in fields else {}
    _switch(schedule, fields)
    return shown


def _set_trigger(schedule: Schedule, facts: Mapping[str, Any]) -> Secrets:
    schedule.trigger = triggers.read(schedule.person, facts)
    schedule.kind, schedule.cron = triggers.kind_of(schedule.trigger), triggers.cron_of(schedule.trigger)
    schedule.token_digest, schedule.hook_secret = None, ""
    if schedule.kind != Schedule.Kind.WEBHOOK:
        return {}
    shown = {"token": random.token_urlsafe(32)}
    schedule.token_digest = digest(shown["token"])
    if schedule.trigger["signed"]:
        shown["hook_secret"] = signing.new_secret()
        schedule.hook_secret = secrets.encrypt(shown["hook_secret"])
    return shown


def _set_url(schedule: Schedule, url: str) -> Secrets:
    schedule.url, schedule.url_secret = url, ""
    if not url:
        return {}
    try:
        egress.origin(url)
    except egress.EgressError as error:
        raise invalid("webhook", str(error)) from None
    if not policies.may_send_to(schedule.person, url):
        text = "Results may be sent only to where an administrator has allowed it. Ask one."
        raise Problem(403, text, errors={"webhook": [text]})
    if not url.startswith("https://") and not policies.listed(url):
        raise invalid("webhook", "Outside of your own network only https:// is allowed.")
    secret = signing.new_secret()
    schedule.url_secret = secrets.encrypt(secret)
    return {"webhook_secret": secret}


def _switch(schedule: Schedule, fields: Mapping[str, Any]) -> None:
    """On or off; what happened while it was off is nothing to catch up with."""
    now, on = timezone.now(), fields.get("enabled", schedule.enabled)
    if "trigger" in fields or (on and not schedule.enabled):
        schedule.since = schedule.cursor = now
    schedule.enabled, schedule.stopped = on, "" if on else schedule.stopped
    if {"trigger", "time_zone", "enabled"} & fields.keys():
        schedule.next_at = selectors.next_time(schedule, now)


def digest(token: str) -> str:
    """By which the schedule is found that a call is for; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def _facts(schedule: Schedule) -> dict[str, Any]:
    facts = {name: getattr(schedule, name) for name in TOLD}
    return facts | {"assistant": schedule.assistant.slug if schedule.assistant else ""}
