"""Days that a request names by how they lie to today ("next Monday", 下週三) or without their year ("7 to 9 December",
12 月 7 日), worked out for the model: small models cannot, and guess."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, timedelta

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
CHINESE = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
NEAR = {
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
    "the day after tomorrow": 2,
    "yesterday": -1,
    "今天": 0,
    "今日": 0,
    "今晚": 0,
    "明天": 1,
    "明日": 1,
    "後天": 2,
    "大後天": 3,
    "昨天": -1,
    "前天": -2,
}
WEEKS = {"last": -1, "上": -1, "this": 0, "本": 0, "這": 0, "next": 1, "下": 1, "下下": 2}
MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
BACK = timedelta(days=90)  # a day without its year is rather one to come
_NEAR = re.compile(
    r"\b(?:today|tonight|the day after tomorrow|(?<!after )tomorrow|yesterday)\b"
    r"|大後天|今天|今日|今晚|明天|明日|後天|昨天|前天",
    re.IGNORECASE,
)
# A weekday beside a date ("Monday 30 November") says nothing that the date does not.
_DAY = re.compile(rf"(?<!\d )(?<!\d, )\b(?:(this|next|last) )?({'|'.join(WEEKDAYS)})\b(?![\s,(]*\d)", re.IGNORECASE)
# "Thursday and Friday next week" are both of that week.
_WEEK_BEHIND = re.compile(
    rf"(?:(?:,| and| or| to| until| through| -) ?(?:{'|'.join(WEEKDAYS)}))*,?(?: of)? (this|next|last) week\b",
    re.IGNORECASE,
)
_CHINESE = re.compile(r"(?:(下下|下|上|本|這)個?)?(?:週|周|星期|禮拜)([一二三四五六日天])(?![\s(（,，]*\d)")

_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in MONTHS)
_NUMBER = r"\d{1,2}(?:st|nd|rd|th)?"
_TO = r"\s*(?:to|until|till|through|and|-|–|到|至|~|～)\s*"
# "7 December", "7 to 9 December 2026", "December 7", "12 月 7 日到 9 日", "2026 年 12 月 7 日".
_WRITTEN = [
    re.compile(
        rf"\b(?:(?P<first>{_NUMBER}){_TO})?(?P<last>{_NUMBER}) (?:of )?(?P<month>{_MONTH})\b\.?"
        r"(?:,? (?P<year>\d{4})\b)?"
    ),
    re.compile(
        rf"\b(?P<month>{_MONTH})\b\.? (?:(?P<first>{_NUMBER}){_TO})?(?P<last>{_NUMBER})\b(?!:)"
        r"(?:, (?P<year>\d{4})\b)?"
    ),
    re.compile(
        rf"(?:(?P<year>\d{{4}}) ?年 ?)?(?<!\d)(?P<month>\d{{1,2}}) ?月 ?(?:(?P<first>\d{{1,2}}) ?[日號号]?{_TO})?"
        r"(?P<last>\d{1,2}) ?[日號号]"
    ),
]


def named(text: str, today: date) -> dict[str, date]:
    """The days by the words that name them. A weekday alone is the next one; a week begins on Monday; a day without its
    year is the next one too, unless it has just been."""
    found = {each[0]: today + timedelta(days=NEAR[each[0].lower()]) for each in _NEAR.finditer(text)}
    for each in _DAY.finditer(text):
        behind = _WEEK_BEHIND.match(text, each.end())
        week = each[1] or (behind[1] if behind else "")
        found[each[0]] = _day(week.lower(), WEEKDAYS.index(each[2].lower()), today)
    for each in _CHINESE.finditer(text):
        found[each[0]] = _day(each[1] or "", CHINESE[each[2]], today)
    for pattern in _WRITTEN:
        for each in pattern.finditer(text):
            found |= _written(each, today)
    return found


def notes(text: str, today: date) -> list[str]:
    """The days that the text names: "tomorrow = 2026-11-25"."""
    return [f"{words} = {day}" for words, day in named(text, today).items()]


def _day(week: str, weekday: int, today: date) -> date:
    monday = today - timedelta(days=today.weekday())
    if week:
        return monday + timedelta(weeks=WEEKS[week], days=weekday)
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _written(found: re.Match[str], today: date) -> dict[str, date]:
    """Both days of a span, or the one; not those that no calendar has."""
    said, days = found["month"], dict[str, date]()
    month = int(said) if said.isdecimal() else next(n for n, name in enumerate(MONTHS, 1) if name.startswith(said[:3]))
    for number in filter(None, (found["first"], found["last"])):
        plain = int(re.sub(r"\D", "", number))
        years = [int(found["year"])] if found["year"] else range(today.year - 1, today.year + 5)
        from_when = date.min if found["year"] else today - BACK
        if day := next((each for each in _each_year(years, month, plain) if each >= from_when), None):
            days[f"{said} 月 {plain} 日" if said.isdecimal() else f"{plain} {said}"] = day
    return days


def _each_year(years: Iterable[int], month: int, day: int) -> Iterator[date]:
    for year in years:
        with suppress(ValueError):
            yield date(year, month, day)
