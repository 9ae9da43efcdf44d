"""The dates of a text, however they are written: 2026-05-29, 29 May 2026, 民國 115 年 5 月 29 日, 一一五年五月廿九。"""

import datetime
import re
from collections.abc import Iterator
from typing import NamedTuple

from agents.loop.numbers import chinese_value

ROC = 1911  # the year before the first of the Republic
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<{0}>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{{0,6}})\.?"
_HAN = "〇零一二三四五六七八九十百廿卅"
_NUMBER = rf"(?:\d{{1,4}}|[{_HAN}]{{1,6}})"
_FORMS = [
    re.compile(r"(?<!\d)(?P<y>\d{4})\s*[-/.]\s*(?P<m>\d{1,2})\s*[-/.]\s*(?P<d>\d{1,2})(?!\d)"),
    re.compile(
        rf"(?:(?P<era>民國|中華民國)\s*)?(?P<y>{_NUMBER})\s*年\s*(?P<m>{_NUMBER})\s*月\s*(?P<d>{_NUMBER})\s*[日號号]"
    ),
    re.compile(rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+{_MONTH.format('m')},?[\s-]+(?P<y>\d{{4}})", re.I),
    re.compile(rf"{_MONTH.format('m')}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})", re.I),
    re.compile(r"(?<![\d/.-])(?P<y>\d{2,3})\s*[/.]\s*(?P<m>\d{1,2})\s*[/.]\s*(?P<d>\d{1,2})(?![\d/.-])"),
    re.compile(r"(?<![\d/.-])(?P<d>\d{1,2})[/.](?P<m>\d{1,2})[/.](?P<y>\d{4})(?!\d)"),
    re.compile(r"(?<![\d/.-])(?P<m>\d{1,2})/(?P<d>1[3-9]|2\d|3[01])/(?P<y>\d{4})(?!\d)"),  # as in the United States
]
# A day without its year, as a meeting sets one.
_SHORT = re.compile(
    rf"\d{{1,2}}\s*月\s*(?:\d{{1,2}}\s*[日號号]|底|初|中旬)|\d{{1,2}}\s+{_MONTH.format('one')}|"
    rf"{_MONTH.format('two')}\s+\d{{1,2}}\b(?!,?\s+\d{{4}})|(?:本|下)週[一二三四五六日]|"
    r"\b(?:next |this )?(?:monday|tuesday|wednesday|thursday|friday|tomorrow)\b",
    re.I,
)


class Dated(NamedTuple):
    """A date and where it stands."""

    date: datetime.date
    start: int
    end: int


def dates(text: str) -> Iterator[Dated]:
    """All full dates of the text, in the order of their forms; those that no calendar has are left out."""
    for form in _FORMS:
        for found in form.finditer(text):
            if date := _date(found):
                yield Dated(date, found.start(), found.end())


def read(text: str) -> datetime.date | None:
    """The date that the text is, with nothing else in it."""
    return next((each.date for each in dates(text) if text[each.start : each.end] == text.strip()), None)


def day_in(text: str) -> str:
    """The first date in the text as it is written, one without a year included; empty where there is none."""
    full = [(each.start, text[each.start : each.end]) for each in dates(text)]
    short = [(found.start(), found[0]) for found in _SHORT.finditer(text)]
    ordered = sorted([*full, *short], key=lambda each: (each[0], -len(each[1])))
    return ordered[0][1].strip() if ordered else ""


def _date(found: re.Match[str]) -> datetime.date | None:
    parts = found.groupdict()
    year, month, day = _value(parts["y"]), _month(parts["m"]), _value(parts["d"])
    if parts.get("era") or year < 200:
        year += ROC
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _month(text: str) -> int:
    return _MONTHS.index(text[:3].lower()) + 1 if text[:3].lower() in _MONTHS else _value(text)


def _value(text: str) -> int:
    if text.isascii():
        return int(text)
    if text.isdecimal():  # full width digits
        return int(text)
    return chinese_value(text.replace("廿", "二十").replace("卅", "三十"))
