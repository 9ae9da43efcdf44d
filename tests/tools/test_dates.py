"""The calendar of Taiwan, with its bridge days and the Saturdays that make up for them."""

import datetime
import inspect
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from holidays.countries import taiwan

from agents.tools.builtin import dates
from agents.tools.types import Result, ToolError

Call = Callable[..., Result]


def test_the_known_years_are_those_of_the_package() -> None:
    """A new version knows another year: then `KNOWN` says so."""
    stated = re.search(r"DGPA Work Calendar \((\d{4})-(\d{4})", inspect.getsource(taiwan))
    assert stated is not None
    assert (dates.KNOWN.start, dates.KNOWN.stop - 1) == (int(stated[1]), int(stated[2]))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-24", True),
        ("2026-11-21", False),  # a Saturday
        ("2026-02-17", False),  # New Year
        ("2026-02-20", False),  # observed
        ("2026-10-09", False),  # National Day, observed
        ("2025-02-08", True),  # a Saturday that makes up for 27 January
        ("2025-01-27", False),
        ("2024-02-17", True),
        ("2023-01-07", True),
        ("1999-02-16", False),
    ],
)
def test_working_days(day: str, works: bool) -> None:
    assert dates.works(datetime.date.fromisoformat(day)) is works


def test_a_year_is_not_looked_at_while_it_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    filled = taiwan.Taiwan._populate

    def slowly(calendar: taiwan.Taiwan, year: int) -> None:
        time.sleep(0.1)
        filled(calendar, year)

    monkeypatch.setattr(taiwan.Taiwan, "_populate", slowly)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(dates.works, [datetime.date(2047, 1, 1)] * 4)) == [False] * 4


def test_counting_and_moving(call: Call) -> None:
    counted = call("count_working_days", {"start": "2025-01-20", "end": "2025-02-10"})
    assert counted.data == {"working_days": 12, "days": 22}
    assert "2025-01-28" in counted.text
    assert call("count_working_days", {"start": "2025-02-10", "end": "2025-01-20"}).data == counted.data
    assert call("add_working_days", {"start": "2026-02-13", "days": 1}).data == {"date": "2026-02-23"}
    assert call("add_working_days", {"start": "2026-02-23", "days": -1}).data == {"date": "2026-02-13"}
    assert call("add_working_days", {"start": "2025-02-07", "days": 1}).data == {"date": "2025-02-08"}
    assert call("add_working_days", {"start": "2025-02-09", "days": 0}).data == {"date": "2025-02-09"}


def test_what_a_day_is(call: Call) -> None:
    assert "補班日" in call("check_date", {"date": "2025-02-08"}).text
    assert "國慶日" in call("check_date", {"date": "2026-10-10"}).text
    assert "weekend" in call("check_date", {"date": "2026-11-22"}).text


def test_years_that_the_government_has_not_decided_are_said_to_be_unsure(call: Call) -> None:
    assert "Caution" in call("check_date", {"date": "2031-03-03"}).text
    assert "Caution" in call("count_working_days", {"start": "2026-12-30", "end": "2027-01-04"}).text
    assert "Caution" not in call("count_working_days", {"start": "2026-01-01", "end": "2026-12-31"}).text


def test_today_is_that_of_taipei(call: Call) -> None:
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))
    assert call("today", {}).data["date"] in {now.date().isoformat(), (now - datetime.timedelta(1)).date().isoformat()}


@pytest.mark.parametrize("day", ["2026-02-30", "0001-01-01", "9999-12-31", "next week", "2026-1-1", ""])
def test_what_is_no_date(call: Call, day: str) -> None:
    with pytest.raises(ToolError):
        call("check_date", {"date": day})


def test_only_so_many_days(call: Call) -> None:
    with pytest.raises(ToolError):
        call("count_working_days", {"start": "1950-01-01", "end": "2090-01-01"})
