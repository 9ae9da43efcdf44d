"""Days that a question names, worked out for the model."""

from datetime import date

import pytest

from agents.loop import dates


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Tomorrow at two", {"Tomorrow": "2026-11-25"}),
        ("the day after tomorrow", {"the day after tomorrow": "2026-11-26"}),
        ("next Monday, or this Friday", {"next Monday": "2026-11-30", "this Friday": "2026-11-27"}),
        ("on Tuesday or on Monday", {"Tuesday": "2026-11-24", "Monday": "2026-11-30"}),
        ("Monday 14 December, or 15, Tuesday", {"14 December": "2026-12-14"}),
        ("from 7 to 9 December", {"7 December": "2026-12-07", "9 December": "2026-12-09"}),
        ("Dec 30 - 31st, 2027", {"30 Dec": "2027-12-30", "31 Dec": "2027-12-31"}),
        ("on the 3rd of January", {"3 January": "2027-01-03"}),
        ("the invoice of 3 November", {"3 November": "2026-11-03"}),
        ("31 April, 0 May, in May at 9:30, 3 June 0000", {}),
        ("you may 2 times, 29 Feb", {"29 Feb": "2028-02-29"}),
        ("Thursday and Friday next week", {"Thursday": "2026-12-03", "Friday": "2026-12-04"}),
        ("Monday to Wednesday of next week", {"Monday": "2026-11-30", "Wednesday": "2026-12-02"}),
        ("Friday, and more next week", {"Friday": "2026-11-27"}),
        ("last Friday", {"last Friday": "2026-11-20"}),
        ("明天或後天", {"明天": "2026-11-25", "後天": "2026-11-26"}),
        ("大後天", {"大後天": "2026-11-27"}),
        ("下週三到下下星期五", {"下週三": "2026-12-02", "下下星期五": "2026-12-11"}),
        ("這個禮拜天、週一", {"這個禮拜天": "2026-11-29", "週一": "2026-11-30"}),
        ("週三（12/9）", {}),
        ("12 月 14 號到 24 號", {"12 月 14 日": "2026-12-14", "12 月 24 日": "2026-12-24"}),
        ("2027 年 1月5日", {"1 月 5 日": "2027-01-05"}),
        ("12 月 21 日到 12 月 25 日", {"12 月 21 日": "2026-12-21", "12 月 25 日": "2026-12-25"}),
        ("三個月內，12 月有幾天", {}),
        ("本週內、週末", {}),
    ],
)
def test_days_are_worked_out_for_the_model(text: str, days: dict[str, str]) -> None:
    found = dates.named(text, date(2026, 11, 24))
    assert {words: str(day) for words, day in found.items()} == days
    assert dates.notes(text, date(2026, 11, 24)) == [f"{words} = {day}" for words, day in days.items()]
