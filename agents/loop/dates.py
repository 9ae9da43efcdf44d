"""Days that a request names by how they lie to today ("next Monday", 下週三), worked out for the model: small models
cannot, and guess."""

import re
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
_NEAR = re.compile(
    r"\b(?:today|tonight|the day after tomorrow|(?<!after )tomorrow|yesterday)\b"
    r"|大後天|今天|今日|今晚|明天|明日|後天|昨天|前天",
    re.IGNORECASE,
)
# A weekday beside a date ("Monday 30 November") says nothing that the date does not.
_DAY = re.compile(rf"(?<!\d )(?<!\d, )\b(?:(this|next|last) )?({'|'.join(WEEKDAYS)})\b(?![\s,(]*\d)", re.IGNORECASE)
_CHINESE = re.compile(r"(?:(下下|下|上|本|這)個?)?(?:週|周|星期|禮拜)([一二三四五六日天])(?![\s(（,，]*\d)")


def named(text: str, today: date) -> dict[str, date]:
    """The days by the words that name them. A weekday alone is the next one; a week begins on Monday."""
    found = {each[0]: today + timedelta(days=NEAR[each[0].lower()]) for each in _NEAR.finditer(text)}
    for each in _DAY.finditer(text):
        found[each[0]] = _day((each[1] or "").lower(), WEEKDAYS.index(each[2].lower()), today)
    for each in _CHINESE.finditer(text):
        found[each[0]] = _day(each[1] or "", CHINESE[each[2]], today)
    return found


def with_days(text: str, today: date) -> str:
    """The text, and behind it the days that it names."""
    days = ", ".join(f"{words} = {day}" for words, day in named(text, today).items())
    return f"{text}\n({days})" if days else text


def _day(week: str, weekday: int, today: date) -> date:
    monday = today - timedelta(days=today.weekday())
    if week:
        return monday + timedelta(weeks=WEEKS[week], days=weekday)
    return today + timedelta(days=(weekday - today.weekday()) % 7)
