"""Cron expressions: minute, hour, day of the month, month, day of the week, as crontab(5) has them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
DAYS = {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}
# Of each field: from, to, names.
FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, MONTHS),
    (0, 7, DAYS),
)
HORIZON = 8 * 366 + 31  # days: 29 February comes every four years, or eight around 2100
UTC = ZoneInfo("UTC")


class NotCron(ValueError):
    """The text is no cron expression, or one whose time never comes."""


@dataclass(frozen=True)
class Cron:
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # 0 is Sunday
    either: bool  # where days of the month and of the week are both chosen, one of them is enough

    def on(self, day: date) -> bool:
        """Whether a time comes on this day."""
        if day.month not in self.months:
            return False
        of_month, of_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return of_month or of_week if self.either else of_month and of_week


@lru_cache(maxsize=256)
def parse(text: str) -> Cron:
    """The expression, or NotCron."""
    parts = text.lower().split()
    if len(parts) != len(FIELDS):
        raise NotCron(text)
    minutes, hours, days, months, weekdays = (_field(part, *bounds) for part, bounds in zip(parts, FIELDS, strict=True))
    either = not parts[2].startswith("*") and not parts[4].startswith("*")
    cron = Cron(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), either)
    next_after(cron, UTC, datetime(2000, 1, 1, tzinfo=UTC))  # 30 February would be looked for each time, in vain
    return cron


def next_after(cron: Cron, zone: ZoneInfo, after: datetime) -> datetime:
    """The first time after that moment, by the clocks of the zone. A time that the clocks leap over comes as much
    later; one that they show twice comes once, except with every hour, which are all hours."""
    day = after.astimezone(zone).date()
    for _ in range(HORIZON):
        if cron.on(day) and (coming := [moment for moment in _moments(cron, zone, day) if moment > after]):
            return min(coming)
        day += timedelta(days=1)
    raise NotCron("It never comes.")


def _moments(cron: Cron, zone: ZoneInfo, day: date) -> set[datetime]:
    folds = (0, 1) if len(cron.hours) == 24 else (0,)
    walls = [datetime(day.year, day.month, day.day, hour, minute) for hour in cron.hours for minute in cron.minutes]
    return {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for wall in walls for fold in folds}


def _field(text: str, low: int, high: int, names: dict[str, int]) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        first, last = _span(span, low, high, names, open_end=bool(slash))
        found.update(range(first, last + 1, _number(step, 1, high, {}) if slash else 1))
    return frozenset(found)


def _span(text: str, low: int, high: int, names: dict[str, int], open_end: bool) -> tuple[int, int]:
    if text == "*":
        return low, high
    first, dash, last = text.partition("-")
    begin = _number(first, low, high, names)
    end = _number(last, low, high, names) if dash else (high if open_end else begin)
    if end < begin:
        raise NotCron(text)
    return begin, end


def _number(text: str, low: int, high: int, names: dict[str, int]) -> int:
    if text in names:
        return names[text]
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and low <= int(text) <= high):
        raise NotCron(text)
    return int(text)
