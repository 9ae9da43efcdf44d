"""Times and lengths as people say them ("from 4 to 4:45 in the afternoon", 下午兩點半, "half an hour"), worked out for
the model: small models take the wrong half of the day, and guess how long a meeting lasts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from quarry.runtime import Tool

from .numbers import ENGLISH, chinese_value

DAY, HALF_DAY, HOUR = 24 * 60, 12 * 60, 60  # minutes
_ENGLISH = ENGLISH | {"a": 1, "an": 1}
_TO = r"\s*(?:to|until|till|through|and|-|–|到|至|~|～)\s*"
_HALF = r"(?:[ap]\.?m\b\.?|in the (?:morning|afternoon|evening))"
_PART = r"(?:凌晨|清晨|早上|上午|中午|下午|傍晚|晚上)"
_NUMERAL = r"(?:\d{1,2}|[一二兩三四五六七八九十]{1,3})"
# Both begin where no such sign stands before, and are bounded: thousands of digits in a row take no time.
_DIGITS = r"(?<![\d.])\d{1,6}(?:\.\d{1,3})?"
_IN_WORDS = r"(?<![一二兩三四五六七八九十百])[一二兩三四五六七八九十百]{1,7}"
_AFTER_NOON = re.compile(r"p\.?m|afternoon|evening|下午|傍晚|晚上")


def _english(name: str) -> str:
    return rf"(?P<{name}_hour>\d{{1,2}})(?::(?P<{name}_minute>\d\d))?(?!\d)(?: ?(?P<{name}_half>{_HALF}))?"


def _chinese(name: str) -> str:
    minute = rf"(?P<{name}_minute>半|一刻|{_NUMERAL}(?= ?分))? ?分?"
    return (
        rf"(?:(?P<{name}_half>{_PART}) ?)?(?<![\d:])(?P<{name}_hour>{_NUMERAL}) ?"
        rf"(?:[點時](?!間)鐘?整? ?{minute}|:(?P<{name}_digits>\d\d))"
    )


_SPANS = [
    re.compile(rf"(?<![\d:/.-])\b{_english('first')}{_TO}{_english('last')}(?![\d:/]|\.\d)", re.IGNORECASE),
    re.compile(_chinese("first") + _TO + _chinese("last")),
]
_TIMES = [
    re.compile(rf"(?<![\d:/.-])\b{_english('last')}", re.IGNORECASE),
    re.compile(_chinese("last")),
]
_MANY = rf"(?P<many>{_DIGITS}|\b(?:{'|'.join(_ENGLISH)}))"
_LENGTHS = [
    re.compile(rf"(?<!half ){_MANY}(?P<half> and a half)? hours?\b(?P<more> and a half\b)?", re.IGNORECASE),
    re.compile(r"(?P<half>\bhalf) an? hour\b", re.IGNORECASE),
    re.compile(rf"(?:(?P<many>{_DIGITS}|{_IN_WORDS}) ?個?)?(?P<half>半)?個? ?(?:小時|鐘頭)(?P<more>半)?"),
]
_MINUTES = re.compile(rf"(?P<many>{_IN_WORDS}) ?分鐘")
_OTHER_LENGTHS = re.compile(
    rf"{_MANY} (?:minute|day|week|month|year)s?\b|(?:{_DIGITS}|{_IN_WORDS}) ?個?(?:分鐘|天|日|週|月|年)",
    re.IGNORECASE,
)
_TAKES_TIMES = re.compile(r"HH:MM|24.hour|24 ?小時制|\[0-5\]\[0-9\]|\"format\": \"(?:time|date-time)\"")
_TAKES_MINUTES = re.compile(r"minute|分鐘", re.IGNORECASE)


@dataclass(frozen=True)
class _Time:
    """On the clock; `half` is what was said of the half of the day."""

    minutes: int
    half: str

    @property
    def is_said(self) -> bool:
        return bool(self.half)

    def __str__(self) -> str:
        return f"{self.minutes // HOUR:02}:{self.minutes % HOUR:02}"


def notes(text: str, tools: Sequence[Tool]) -> list[str]:
    """What the times and lengths of the text are, as far as functions take any: "2 pm = 14:00"."""
    taken = " ".join(_written(tool.parameters) for tool in tools)
    times, lengths = bool(_TAKES_TIMES.search(taken)), bool(_TAKES_MINUTES.search(taken))
    found = [*(_times(text, lengths) if times else ()), *(_lengths(text) if lengths else ())]
    return [f"{words.strip()} = {value}" for words, value in dict(found).items()]


def without(text: str) -> str:
    """The text without its times and lengths, whose numbers count nothing else."""
    for words, _ in [*_times(text, False), *_lengths(text)]:
        text = text.replace(words, " ")
    return _OTHER_LENGTHS.sub(" ", text)


def _times(text: str, lengths: bool) -> Iterator[tuple[str, str]]:
    """Spans, and of what is left the times of which the half of the day was said."""
    for pattern in _SPANS:
        for found in pattern.finditer(text):
            if span := _span(found):
                first, last = span
                length = f", {last.minutes - first.minutes} minutes" if lengths else ""
                yield found[0], f"{first} to {last}{length}"
                text = text.replace(found[0], " ")
    for pattern in _TIMES:
        for found in pattern.finditer(text):
            if (time := _time(found, "last")) and time.is_said and str(time) not in found[0]:
                yield found[0], str(time)


def _span(found: re.Match[str]) -> tuple[_Time, _Time] | None:
    """Both times; the one that does not say its half of the day has it from the other."""
    if not any(found[f"{name}_half"] or _has_minutes(found, name) or "點" in found[0] for name in ("first", "last")):
        return None  # two numbers
    first, last = _time(found, "first"), _time(found, "last")
    if first is None or last is None:
        return None
    if last.is_said and not first.is_said and first.minutes + HALF_DAY < last.minutes:
        first = _Time(first.minutes + HALF_DAY, last.half)
    if not last.is_said and last.minutes <= first.minutes and last.minutes < HALF_DAY:
        last = _Time(last.minutes + HALF_DAY, first.half)
    return (first, last) if first.minutes < last.minutes else None


def _time(found: re.Match[str], name: str) -> _Time | None:
    hour, minute = _value(found[f"{name}_hour"]), _minute(found, name)
    half = found[f"{name}_half"] or ""
    if (half and hour > HALF_DAY // HOUR) or hour > DAY // HOUR or minute >= HOUR:
        return None
    minutes = hour * HOUR + minute
    if _AFTER_NOON.search(half.lower()) or (half == "中午" and hour < 10):
        minutes += HALF_DAY if hour < HALF_DAY // HOUR else 0
    elif half and half != "中午" and hour == HALF_DAY // HOUR:
        minutes -= HALF_DAY
    return _Time(minutes, half)


def _has_minutes(found: re.Match[str], name: str) -> bool:
    return bool(found[f"{name}_minute"] or found.groupdict().get(f"{name}_digits"))


def _minute(found: re.Match[str], name: str) -> int:
    said = found[f"{name}_minute"] or found.groupdict().get(f"{name}_digits") or "0"
    return {"半": 30, "一刻": 15}.get(said) or _value(said)


def _lengths(text: str) -> Iterator[tuple[str, str]]:
    for pattern in _LENGTHS:
        for found in pattern.finditer(text):
            said = found.groupdict()
            halves = bool(said.get("half")) + bool(said.get("more"))
            if said.get("many") or halves:
                yield found[0], f"{_number(said.get('many') or '0') * HOUR + halves * HOUR / 2:g} minutes"
    for found in _MINUTES.finditer(text):
        yield found[0], f"{chinese_value(found['many'])} minutes"


def _value(said: str) -> int:
    return int(_number(said))


def _number(said: str) -> float:
    if said.lower() in _ENGLISH:
        return _ENGLISH[said.lower()]
    return float(said) if said[0].isdecimal() else chinese_value(said)


def _written(parameters: Mapping[str, object]) -> str:
    return str(parameters.get("properties", "")).replace("'", '"')
