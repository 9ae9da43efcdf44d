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
        ("Monday 14 December, or 15, Tuesday", {}),
        ("last Friday", {"last Friday": "2026-11-20"}),
        ("明天或後天", {"明天": "2026-11-25", "後天": "2026-11-26"}),
        ("大後天", {"大後天": "2026-11-27"}),
        ("下週三到下下星期五", {"下週三": "2026-12-02", "下下星期五": "2026-12-11"}),
        ("這個禮拜天、週一", {"這個禮拜天": "2026-11-29", "週一": "2026-11-30"}),
        ("週三（12/9）", {}),
        ("本週內、週末", {}),
    ],
)
def test_days_are_worked_out_for_the_model(text: str, days: dict[str, str]) -> None:
    found = dates.named(text, date(2026, 11, 24))
    assert {words: str(day) for words, day in found.items()} == days
    assert dates.with_days(text, date(2026, 11, 24)).startswith(text)
