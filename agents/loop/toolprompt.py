"""What a model is told that may call tools: one text for the loop and for the benchmarks that measure it.

The system text comes first in the prompt and is the same the whole day, so that the engine has read it already.
"""

from collections.abc import Sequence
from datetime import date, timedelta

RULES = """You carry out requests by calling tools.
- When a tool does what is asked, call it at once, without any other words. You need no permission to call.
- Take values as they are given, in their own language: names, numbers, codes, texts. Use no placeholders.
- Leave out optional arguments that the request says nothing about.
- Make one call for each thing that is asked: two cities, people or dates are two calls, written one after the other.
- If no tool does what is asked, or if you do not know a required value, call nothing: say so in one sentence."""
REFUSED = """This call was not carried out:
{errors}
Call again with what is wrong put right, or, if you do not know a value, ask for it."""
WRITTEN = "Nothing was called: a call is not written into the answer. Make the call itself."
WEEKDAYS = ("Mon 週一", "Tue 週二", "Wed 週三", "Thu 週四", "Fri 週五", "Sat 週六", "Sun 週日")
NEAR = ("Today 今天", "Tomorrow 明天", "The day after tomorrow 後天")


def system(today: date | None = None, more: str = "") -> str:
    """The system text: `more` are the words of an assistant, which come first. With `today` comes a small calendar,
    because small models cannot work out what date "next Friday" is, but can look it up."""
    return "\n\n".join(part for part in (more.strip(), RULES, calendar(today) if today else "") if part)


def calendar(today: date) -> str:
    """This week and the next two, each on a line; a week begins on Monday, as people in Taiwan say it."""
    monday = today - timedelta(days=today.weekday())
    weeks = [("This week 本週", 0), ("Next week 下週", 7), ("The week after 下下週", 14)]
    lines = [f"{name}: {_week(monday + timedelta(days=days))}" for name, days in weeks]
    near = [f"{name} is {_day(today + timedelta(days=at))}." for at, name in enumerate(NEAR)]
    return "\n".join([" ".join(near), "Calendar:", *lines])


def correction(errors: Sequence[str]) -> str:
    """What the model reads in place of a result, so that it can put its call right."""
    return REFUSED.format(errors="\n".join(f"- {error}" for error in errors))


def _week(monday: date) -> str:
    return ", ".join(_day(monday + timedelta(days=at)) for at in range(7))


def _day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day}"
