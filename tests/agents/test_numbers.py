"""Numbers are the same number however they are written."""

import pytest

from agents.loop.numbers import chinese_value, meant, values, written_in_digits


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("NT$2,850 and 2850", {"2850"}),
        ("on 2026-06-03, or June 3, 2026", {"2026"}),
        ("98.7 %", {"98"}),
        ("4,862 MWh in 2025", {"4862", "2025"}),
        ("１４ 日", {"14"}),
        ("list 1,2 and 3", set()),
        ("1,234,567", {"1234567"}),
    ],
)
def test_digits(text: str, numbers: set[str]) -> None:
    assert written_in_digits(text) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("滿三年者十四日", {"14"}),
        ("九十天以前", {"90"}),
        ("within fifteen minutes, not Twenty", {"15", "20"}),
        ("二〇二六年", {"2026"}),
        ("fourteenth", set()),
    ],
)
def test_words(text: str, numbers: set[str]) -> None:
    assert meant(text) == numbers


@pytest.mark.parametrize(
    ("text", "value"), [("十", 10), ("二十", 20), ("三百零五", 305), ("一千二百", 1200), ("兩百", 200), ("〇", 0)]
)
def test_chinese_numerals(text: str, value: int) -> None:
    assert chinese_value(text) == value


def test_endless_numbers_are_read_as_far_as_they_are_told_apart() -> None:
    assert len(values("7" * 9000 + " " + "一" * 9000)) == 2
