"""Calls of other systems that set a schedule off. Whoever knows the address may call; what they send is data."""

import json
import time
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from quarry import secrets, valkey
from quarry.api import Problem
from quarry.api.problem import not_found
from quarry.text import storable

from agents.schedules import firing, signing
from agents.schedules.actions import digest
from agents.schedules.models import Firing, Schedule

MOST_BYTES = 64 * 1024
PER_MINUTE, MOST_WAITING = 30, 100
LONGEST_KEY = 200


def receive(token: str, body: bytes, data: Any, headers: Mapping[str, str]) -> Firing:
    """An occasion for the schedule that has this address. The same message sent again is the same occasion."""
    schedule = Schedule.objects.select_related("person").filter(token_digest=digest(token)).first()
    if schedule is None or not schedule.person.is_active:
        raise not_found()
    _limit(schedule)
    if len(body) > MOST_BYTES:
        raise Problem(413, "The request is too large.")
    _verify(schedule, body, headers)
    made = _note(schedule, data, headers.get("webhook-id", "") or None)
    firing.start_next(schedule.pk)
    made.refresh_from_db()
    return made


@transaction.atomic
def _note(schedule: Schedule, data: Any, key: str | None) -> Firing:
    if key and len(key) > LONGEST_KEY:
        raise Problem(400, "webhook-id is too long.", code="validation")
    found = firing.locked(schedule.pk)
    if found is None:
        raise not_found()
    if key and (known := Firing.objects.filter(schedule=found, key=key).first()):
        return known
    if not found.enabled:
        raise Problem(409, "This schedule is switched off.", code="schedule-off")
    if Firing.objects.filter(schedule=found, status=Firing.Status.WAITING).count() >= MOST_WAITING:
        raise Problem(429, "Too many calls wait for this schedule already.", code="queue-full", retry_after=60)
    text = "" if data in (None, {}) else json.dumps(storable(data), ensure_ascii=False)
    facts = {"cause": Firing.Cause.WEBHOOK, "due_at": timezone.now(), "key": key}
    return Firing.objects.create(schedule=found, data=text[: firing.LONGEST_DATA + 1], **facts)


def _limit(schedule: Schedule) -> None:
    """So many calls a minute, right or wrong."""
    minute = int(time.time()) // 60
    name = f"schedules:calls:{schedule.pk}:{minute}"
    client = valkey.client()
    count = int(client.incr(name))
    client.expire(name, 120)
    if count > PER_MINUTE:
        detail = f"This address may be called {PER_MINUTE} times a minute."
        raise Problem(429, detail, code="rate-limit", retry_after=60 - int(time.time()) % 60)


def _verify(schedule: Schedule, body: bytes, headers: Mapping[str, str]) -> None:
    if not schedule.hook_secret:
        return
    try:
        secret = secrets.decrypt(schedule.hook_secret)
    except secrets.Unreadable:
        raise Problem(409, "The key cannot be read any more: give it again.") from None
    if not signing.verified(secret, headers, body, time.time()):
        raise Problem(401, "The signature is missing, wrong or too old.", title="The signature is not right")
