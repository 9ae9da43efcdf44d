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
DAYS = ("Monday 一", "Tuesday 二", "Wednesday 三", "Thursday 四", "Friday 五", "Saturday 六", "Sunday 日")
NEAR = ("today 今天", "tomorrow 明天", "the day after tomorrow 後天")


def system(today: date | None = None, more: str = "") -> str:
    """The system text: `more` are the words of an assistant, which come first. With `today` comes a small calendar,
    because small models cannot work out what date "next Friday" is, but can look it up."""
    return "\n\n".join(part for part in (more.strip(), RULES, calendar(today) if today else "") if part)


def calendar(today: date) -> str:
    """Each day to the end of next week by the names that people give it; a week begins on Monday, as in Taiwan."""
    monday = today - timedelta(days=today.weekday())
    near = [(name, today + timedelta(days=at)) for at, name in enumerate(NEAR)]
    week = [(f"{'this' if at < 7 else 'next'} {_weekday(at)}", monday + timedelta(days=at)) for at in range(14)]
    coming = [(name, day) for name, day in week if day >= today]
    return "\n".join(["Dates, to be looked up here:", *(f"{name} = {day}" for name, day in [*near, *coming])])


def correction(errors: Sequence[str]) -> str:
    """What the model reads in place of a result, so that it can put its call right."""
    return REFUSED.format(errors="\n".join(f"- {error}" for error in errors))


def _weekday(at: int) -> str:
    english, chinese = DAYS[at % 7].split()
    return f"{english} {'本' if at < 7 else '下'}週{chinese}"
