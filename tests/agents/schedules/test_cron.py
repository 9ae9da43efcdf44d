"""Times by the clocks of a zone: what crontab says, across the changes of the clocks."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from agents.schedules import cron

NEW_YORK, TAIPEI, LORD_HOWE = ZoneInfo("America/New_York"), ZoneInfo("Asia/Taipei"), ZoneInfo("Australia/Lord_Howe")


def times(text: str, zone: ZoneInfo, after: str, count: int = 3) -> list[str]:
    """The next times, by the clocks of the zone."""
    found, moment = [], datetime.fromisoformat(after).replace(tzinfo=zone)
    for _ in range(count):
        moment = cron.next_after(cron.parse(text), zone, moment)
        assert moment.utcoffset() == datetime.now(UTC).utcoffset()
        found.append(moment.astimezone(zone).isoformat(timespec="minutes"))
    return found


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("30 8 * * *", "2026-11-24T08:29", ["2026-11-24T08:30+08:00", "2026-11-25T08:30+08:00"]),
        ("30 8 * * *", "2026-11-24T08:30", ["2026-11-25T08:30+08:00", "2026-11-26T08:30+08:00"]),
        ("0 9 * * mon-fri", "2026-11-27T10:00", ["2026-11-30T09:00+08:00", "2026-12-01T09:00+08:00"]),
        ("0 9 * * 0", "2026-11-27T10:00", ["2026-11-29T09:00+08:00", "2026-12-06T09:00+08:00"]),
        ("0 9 * * 7", "2026-11-27T10:00", ["2026-11-29T09:00+08:00", "2026-12-06T09:00+08:00"]),
        ("0 9 31 * *", "2026-11-01T00:00", ["2026-12-31T09:00+08:00", "2027-01-31T09:00+08:00"]),
        ("0 0 29 feb *", "2026-11-01T00:00", ["2028-02-29T00:00+08:00", "2032-02-29T00:00+08:00"]),
        ("0 0 29 2 *", "2096-03-01T00:00", ["2104-02-29T00:00+08:00", "2108-02-29T00:00+08:00"]),
        ("0 9 13 * fri", "2026-11-07T00:00", ["2026-11-13T09:00+08:00", "2026-11-20T09:00+08:00"]),
        ("0 9 */10 * fri", "2026-11-01T00:00", ["2026-12-11T09:00+08:00", "2027-01-01T09:00+08:00"]),
        ("*/20 9-10 * * *", "2026-11-24T09:30", ["2026-11-24T09:40+08:00", "2026-11-24T10:00+08:00"]),
        ("5,50 23 31 dec *", "2026-11-24T09:30", ["2026-12-31T23:05+08:00", "2026-12-31T23:50+08:00"]),
        ("10/25 0 1 1 *", "2026-11-24T09:30", ["2027-01-01T00:10+08:00", "2027-01-01T00:35+08:00"]),
    ],
)
def test_what_crontab_says(text: str, after: str, expected: list[str]) -> None:
    assert times(text, TAIPEI, after, 2) == expected


def test_a_time_that_the_clocks_leap_over_comes_later_that_day() -> None:
    assert times("30 2 * * *", NEW_YORK, "2026-03-07T12:00", 2) == ["2026-03-08T03:30-04:00", "2026-03-09T02:30-04:00"]
    assert times("30 2,3 * * *", NEW_YORK, "2026-03-08T00:00", 2) == [
        "2026-03-08T03:30-04:00",
        "2026-03-09T02:30-04:00",
    ]


def test_a_time_that_the_clocks_show_twice_comes_once() -> None:
    assert times("30 1 * * *", NEW_YORK, "2026-10-31T12:00", 2) == ["2026-11-01T01:30-04:00", "2026-11-02T01:30-05:00"]


def test_every_hour_is_every_hour_also_when_the_clocks_change() -> None:
    autumn = times("0 * * * *", NEW_YORK, "2026-11-01T00:30", 3)
    assert autumn == ["2026-11-01T01:00-04:00", "2026-11-01T01:00-05:00", "2026-11-01T02:00-05:00"]
    spring = times("0 * * * *", NEW_YORK, "2026-03-08T00:30", 3)
    assert spring == ["2026-03-08T01:00-05:00", "2026-03-08T03:00-04:00", "2026-03-08T04:00-04:00"]


def test_clocks_that_change_by_half_an_hour() -> None:
    assert times("15 2 * * *", LORD_HOWE, "2026-10-03T12:00", 2) == ["2026-10-04T02:45+11:00", "2026-10-05T02:15+11:00"]


def test_two_zones_mean_different_moments() -> None:
    moments = [
        cron.next_after(cron.parse("0 8 * * *"), zone, datetime(2026, 7, 1, tzinfo=UTC)) for zone in (TAIPEI, NEW_YORK)
    ]
    assert [moment.hour for moment in moments] == [0, 12]
    assert moments[0].day == 2, "08:00 in Taipei is midnight in UTC, which was not after"


@pytest.mark.parametrize(
    "text",
    [
        *("", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8"),
        *("5-2 * * * *", "*/0 * * * *", "a b c d e", "0 0 30 2 *", "0 0 31 4,6 *", "¹ * * * *", "-1 * * * *"),
        *("1,, * * * *", "1- * * * *", "*/ * * * *", "1-2-3 * * * *", "@daily", "* * * * fri-mon", "1.5 * * * *"),
    ],
)
def test_what_is_no_cron_or_never_comes(text: str) -> None:
    with pytest.raises(cron.NotCron):
        cron.parse(text)
