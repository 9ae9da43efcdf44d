"""The numbers of a text as values: 39,800 and 39800, ３９８００, 4.2 萬, 新臺幣參萬玖仟捌佰元整, 1.8%."""

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

_DIGITS = re.compile(
    r"(?:(?<![\d.,A-Za-z])|(?<=TWD|NTD|USD|EUR|JPY|CNY|RMB|HKD|GBP|SGD|KRW))[-−]?(?P<number>\d{1,3}(?:[,，]\d{3})+(?:[.．]\d+)?|\d+(?:[.．]\d+)?)"
    r"(?!\s*[年月日號号])(?!\d)(?:\s*(?P<unit>%|％|萬|万|億|亿|千元|仟元|thousand|million|billion))?",
    re.IGNORECASE,
)
_UNITS = {
    "%": Decimal("0.01"),
    "萬": Decimal(10_000),
    "億": Decimal(10**8),
    "千元": Decimal(1000),
    "thousand": Decimal(1000),
    "million": Decimal(10**6),
    "billion": Decimal(10**9),
    "％": Decimal("0.01"),
    "万": Decimal(10_000),
    "亿": Decimal(10**8),
    "仟元": Decimal(1000),
}
_FORMAL = "零壹貳參肆伍陸柒捌玖"
_PLAIN = "〇一二三四五六七八九"
_VALUES = {char: value for digits in (_FORMAL, _PLAIN) for value, char in enumerate(digits)}
_VALUES |= {"兩": 2, "两": 2, "叁": 3, "贰": 2, "陆": 6, "〇": 0}
_SMALL = {"拾": 10, "十": 10, "佰": 100, "百": 100, "仟": 1000, "千": 1000}
_LARGE = {"萬": 10_000, "万": 10_000, "億": 10**8, "亿": 10**8}
_NUMERAL = f"[{''.join(_VALUES)}{''.join(_SMALL)}{''.join(_LARGE)}]"
_HAN = re.compile(f"(?<!{_NUMERAL}){_NUMERAL}{{2,40}}(?!{_NUMERAL})")  # a longer row is an ornament, or meant to hurt


class Quantity(NamedTuple):
    """A number and where it stands; `values`: with its unit and without, either of which may be meant."""

    values: tuple[Decimal, ...]
    start: int
    end: int


def quantities(text: str) -> Iterator[Quantity]:
    """All numbers of the text."""
    for found in _DIGITS.finditer(text):
        plain = _decimal(found["number"])
        if found[0].startswith(("-", "−")):
            plain = -plain
        unit = _UNITS.get((found["unit"] or "").lower())
        yield Quantity((plain * unit, plain) if unit else (plain,), found.start(), found.end())
    for found in _HAN.finditer(text):
        yield Quantity((Decimal(_han(found[0])),), found.start(), found.end())


def read(text: str) -> Decimal | None:
    """The number that the text is, with a unit or a currency around it at most."""
    found = list(quantities(text))
    return found[0].values[0] if len(found) == 1 else None


def decimal(value: float) -> Decimal:
    """The value as it is written, not as a machine holds it."""
    try:
        return Decimal(str(value))
    except InvalidOperation:  # no JSON has it
        return Decimal(0)


def _decimal(digits: str) -> Decimal:
    return Decimal(unicodedata.normalize("NFKC", digits).replace(",", ""))


def _han(text: str) -> int:
    """參萬玖仟捌佰 is 39800; 一一五 is 115."""
    if not set(text) & (_SMALL.keys() | _LARGE.keys()):
        return int("".join(str(_VALUES[char]) for char in text))
    total = section = digit = 0
    for char in text:
        if char in _LARGE:
            total += (section + digit or 1) * _LARGE[char]
            section = digit = 0
        elif char in _SMALL:
            section += (digit or 1) * _SMALL[char]
            digit = 0
        else:
            digit = _VALUES[char]
    return total + section + digit
