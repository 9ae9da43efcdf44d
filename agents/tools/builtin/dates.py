"""Today, and the working days of Taiwan: weekends, holidays and the Saturdays that make up for bridge days."""

import datetime
import threading
from collections.abc import Mapping
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from agents.tools.builtin.types import BuiltIn, Task, parameters, text, whole
from agents.tools.kinds import Offer
from agents.tools.types import Context, Result, ToolError

TAIPEI = ZoneInfo("Asia/Taipei")
# The government's calendars that the package `holidays` holds. Outside of them the law's days are computed, and what
# the government will still decide (bridge days, days that make up for them, typhoons) is not known.
KNOWN = range(1998, 2027)
MOST_DAYS = 3700
NAMES = "一二三四五六日"
FILLING = threading.Lock()
DATE = r"^\d{4}-\d{2}-\d{2}$"


def today(context: Context, arguments: Mapping[str, Any]) -> Result:
    now = datetime.datetime.now(TAIPEI)
    shown = f"{now:%Y-%m-%d %H:%M}, {now:%A} (星期{NAMES[now.weekday()]}), 民國{now.year - 1911}年, in Taipei."
    return Result(f"{shown} {_kind(now.date())}", {"date": now.date().isoformat(), "time": f"{now:%H:%M}"})


def look_at(context: Context, arguments: Mapping[str, Any]) -> Result:
    day = _date(arguments["date"])
    shown = f"{day:%Y-%m-%d} is a {day:%A} (星期{NAMES[day.weekday()]}). {_kind(day)}{_caution(day)}"
    return Result(shown, {"date": day.isoformat(), "working_day": works(day), "holiday": _calendar(day).get(day)})


def count(context: Context, arguments: Mapping[str, Any]) -> Result:
    first, last = _date(arguments["start"]), _date(arguments["end"])
    if last < first:
        first, last = last, first
    if (last - first).days > MOST_DAYS:
        raise ToolError("At most ten years can be counted.")
    days = [first + datetime.timedelta(each) for each in range((last - first).days + 1)]
    working = sum(map(works, days))
    shown = f"From {first} to {last}, both included: {working} working days of {len(days)} days."
    return Result(shown + _holidays(days) + _caution(first, last), {"working_days": working, "days": len(days)})


def move(context: Context, arguments: Mapping[str, Any]) -> Result:
    day, left = _date(arguments["start"]), arguments["days"]
    step = datetime.timedelta(1 if left > 0 else -1)
    start = day
    while left:
        day += step
        left -= (1 if left > 0 else -1) if works(day) else 0
    side = "before" if arguments["days"] < 0 else "after"
    shown = f"{abs(arguments['days'])} working days {side} {start}: {day}, {day:%A}."
    return Result(shown + _caution(start, day), {"date": day.isoformat()})


def works(day: datetime.date) -> bool:
    """Whether offices in Taiwan are open."""
    calendar = _calendar(day)
    return day in calendar.weekend_workdays or (day.weekday() < 5 and day not in calendar)


def _calendar(day: datetime.date) -> Any:
    """The calendar with the day's year in it. It fills itself when it is asked: calls are made side by side, and none
    must see a year that is half filled."""
    calendar = _known()
    with FILLING:
        calendar.get(day)
    return calendar


@cache
def _known() -> Any:
    import holidays

    return holidays.country_holidays("TW", years=KNOWN, language="zh_TW")


def _kind(day: datetime.date) -> str:
    name = _calendar(day).get(day)
    if works(day):
        return "It is a working day." + (" It makes up for a bridge day (補班日)." if day.weekday() > 4 else "")
    return f"It is a holiday: {name}." if name else "It is a weekend."


def _holidays(days: list[datetime.date]) -> str:
    """The holidays of a stretch that fall on what would be working days."""
    found = [f"{day} {_calendar(day).get(day)}" for day in days if day.weekday() < 5 and not works(day)]
    return f" Holidays: {'; '.join(found[:20])}." if found else ""


def _caution(*days: datetime.date) -> str:
    if all(day.year in KNOWN for day in days):
        return ""
    return (
        f" Caution: the government's calendar is known for {KNOWN.start} to {KNOWN.stop - 1} only; "
        "for other years bridge days are not known."
    )


def _date(written: str) -> datetime.date:
    try:
        found = datetime.date.fromisoformat(written)
    except ValueError:
        raise ToolError(f"{written[:20]!r} is not a date. Write it like 2026-10-09.") from None
    if not 1950 <= found.year <= 2090:
        raise ToolError("Dates from 1950 to 2090 are known.")
    return found


def _day(description: str) -> dict[str, Any]:
    return text(f"{description}, as YYYY-MM-DD", pattern=DATE)


TOOL = BuiltIn(
    "dates",
    "Dates and working days",
    "Today's date, and the working days of Taiwan.",
    [
        Task(
            Offer(
                "today",
                "Today's date, time and weekday. 今天日期、現在時間、星期幾",
                parameters(),
                title="Look at the calendar",
                writes=False,
            ),
            today,
        ),
        Task(
            Offer(
                "check_date",
                "Whether a date is a working day or holiday in Taiwan. 是否上班日、國定假日、補班",
                parameters(["date"], date=_day("The date")),
                title="Look at a date",
                writes=False,
            ),
            look_at,
        ),
        Task(
            Offer(
                "count_working_days",
                "Count working days between two dates in Taiwan. 計算工作天數",
                parameters(["start", "end"], start=_day("First day"), end=_day("Last day, included")),
                title="Count working days",
                writes=False,
            ),
            count,
        ),
        Task(
            Offer(
                "add_working_days",
                "The date so many working days after (or before) a date in Taiwan. 幾個工作天後",
                parameters(
                    ["start", "days"],
                    start=_day("The day to count from"),
                    days=whole("How many; negative for before", minimum=-2000, maximum=2000),
                ),
                title="Add working days",
                writes=False,
            ),
            move,
        ),
    ],
)
