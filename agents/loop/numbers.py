"""The numbers of a text, comparable however they are written: 2,850 and 2850, 2026-06-03 and June 3, 十四 and 14."""

import re

from apps.knowledge import lexical

LONGEST = 40  # digits that are told apart; Python refuses to read thousands of them
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DIGITS = re.compile(r"\d+")
_CHINESE = re.compile(r"[〇零一二兩两三四五六七八九十百千]+")
_VALUES = {char: value for value, chars in enumerate(("〇零", "一", "二兩两", *"三四五六七八九")) for char in chars}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SMALL = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
ENGLISH = {word: number for number, word in enumerate([*_SMALL, *_TEENS], start=1)}
ENGLISH |= dict(zip(_TENS, range(20, 100, 10), strict=True))
_ENGLISH_WORD = re.compile(rf"\b({'|'.join(ENGLISH)})\b", re.IGNORECASE)


def written_in_digits(text: str) -> set[str]:
    """The numbers of ten and more that a text writes in digits. A date or a decimal fraction counts as its parts."""
    return {str(value) for value in _in_digits(text) if value > 9}


def meant(text: str) -> set[str]:
    """The same, with those written in Chinese or English words."""
    return {str(value) for value in values(text) if value > 9}


def values(text: str) -> set[int]:
    """All numbers of a text, small ones too, in digits or words."""
    chinese = {chinese_value(found) for found in _CHINESE.findall(text)}
    return _in_digits(text) | chinese | {ENGLISH[found.lower()] for found in _ENGLISH_WORD.findall(text)}


def _in_digits(text: str) -> set[int]:
    return {int(digits[:LONGEST]) for digits in _DIGITS.findall(_THOUSANDS.sub("", lexical.fold(text)))}


def chinese_value(text: str) -> int:
    """The value of a numeral below ten thousand: 十四 is 14, 三百零五 is 305, 二〇二六 is 2026."""
    if not any(char in _UNITS for char in text):
        return int("".join(str(_VALUES[char]) for char in text[:LONGEST]))
    total, digit = 0, None
    for char in text:
        if char in _UNITS:
            total += (1 if digit is None else digit or 1) * _UNITS[char]
            digit = None
        else:
            digit = _VALUES[char]
    return total + (digit or 0)
