"""What sets a schedule off, from what its owner typed."""

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from quarry.api import Problem

from agents.schedules import cron
from agents.schedules.models import Schedule
from apps.accounts.models import User
from apps.knowledge.policies import readable_collections

KINDS = ("daily", "weekly", "cron", "document", "webhook")
TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


def invalid(field: str, sentence: str) -> Problem:
    """The problem that names the field."""
    return Problem(400, sentence, code="validation", errors={field: [sentence]})


def read(person: User, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The trigger with what its kind needs, and nothing else."""
    match facts["kind"]:
        case "daily":
            return {"kind": "daily", "at": _time(facts)}
        case "weekly":
            return {"kind": "weekly", "at": _time(facts), "days": _days(facts)}
        case "cron":
            return {"kind": "cron", "cron": _cron(facts)}
        case "document":
            return {"kind": "document", "collections": _collections(person, facts)}
    return {"kind": "webhook", "signed": facts.get("signed", False)}


def kind_of(trigger: Mapping[str, Any]) -> Schedule.Kind:
    return {"document": Schedule.Kind.DOCUMENT, "webhook": Schedule.Kind.WEBHOOK}.get(
        trigger["kind"], Schedule.Kind.TIME
    )


def cron_of(trigger: Mapping[str, Any]) -> str:
    """The times as one expression; none where there are no times."""
    if "at" in trigger:
        hour, minute = map(int, trigger["at"].split(":"))
        return f"{minute} {hour} * * {','.join(trigger.get('days', ['*']))}"
    return str(trigger.get("cron", ""))


def zone(name: str) -> str:
    """The name of a time zone that there is."""
    if name not in available_timezones():
        raise invalid("time_zone", "There is no such time zone. Write it like Asia/Taipei or Europe/London.")
    return ZoneInfo(name).key


def _time(facts: Mapping[str, Any]) -> str:
    if not TIME.fullmatch(facts.get("at", "")):
        raise invalid("trigger.at", "Write the time like 08:30, from 00:00 to 23:59.")
    return str(facts["at"])


def _days(facts: Mapping[str, Any]) -> list[str]:
    chosen = {day.lower() for day in facts.get("days", ())}
    if not chosen or not chosen <= cron.DAYS.keys():
        raise invalid("trigger.days", "Name at least one day of the week: mon, tue, wed, thu, fri, sat or sun.")
    return [day for day in cron.DAYS if day in chosen]


def _cron(facts: Mapping[str, Any]) -> str:
    text = " ".join(facts.get("cron", "").split())
    try:
        cron.parse(text)
    except cron.NotCron:
        sentence = (
            "This is not a cron expression whose time comes: minute, hour, day, month and weekday, like 30 8 * * 1-5."
        )
        raise invalid("trigger.cron", sentence) from None
    return text


def _collections(person: User, facts: Mapping[str, Any]) -> list[str]:
    chosen = list(dict.fromkeys(str(each) for each in facts.get("collections", ())))
    if not chosen or len(readable_collections(person).filter(pk__in=chosen)) != len(chosen):
        raise invalid("trigger.collections", "Choose at least one collection, and only such as you may read.")
    return chosen
