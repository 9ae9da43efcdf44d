"""The numbers of a text, comparable however they are written: 2,850 and 2850, 2026-06-03 and June 3, 十四 and 14."""

import re

from apps.knowledge import lexical

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DIGITS = re.compile(r"\d+")
_CHINESE = re.compile(r"[〇零一二兩两三四五六七八九十百千]+")
_VALUES = {char: value for value, chars in enumerate(("〇零", "一", "二兩两", *"三四五六七八九")) for char in chars}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ENGLISH = dict(zip(_TEENS, range(10, 20), strict=True)) | dict(zip(_TENS, range(20, 100, 10), strict=True))
_ENGLISH_WORD = re.compile(rf"\b({'|'.join(_ENGLISH)})\b", re.IGNORECASE)


def written_in_digits(text: str) -> set[str]:
    """The numbers of ten and more that a text writes in digits. A date or a decimal fraction counts as its parts."""
    folded = _THOUSANDS.sub("", lexical.fold(text))
    return {str(value) for digits in _DIGITS.findall(folded) if (value := int(digits)) > 9}


def meant(text: str) -> set[str]:
    """The same, with those written in Chinese or English words."""
    chinese = {value for found in _CHINESE.findall(text) if (value := chinese_value(found)) > 9}
    english = {_ENGLISH[found.lower()] for found in _ENGLISH_WORD.findall(text)}
    return written_in_digits(text) | {str(value) for value in chinese | english}


def chinese_value(text: str) -> int:
    """The value of a numeral below ten thousand: 十四 is 14, 三百零五 is 305, 二〇二六 is 2026."""
    if not any(char in _UNITS for char in text):
        return int("".join(str(_VALUES[char]) for char in text))
    total, digit = 0, None
    for char in text:
        if char in _UNITS:
            total += (1 if digit is None else digit or 1) * _UNITS[char]
            digit = None
        else:
            digit = _VALUES[char]
    return total + (digit or 0)
