"""Times, lengths and sums of a request, worked out; and that what is quoted is nobody's request."""

from datetime import date

import pytest
from quarry.runtime import Tool

from agents.loop import clock, given, notes, sums


def taking(**arguments: str) -> Tool:
    described = {name: {"type": "string", "description": text} for name, text in arguments.items()}
    return Tool("do", "Does it.", {"type": "object", "properties": described})


ROOM = taking(start="HH:MM on the 24-hour clock", length="in minutes")
SUM = taking(expression="digits and + - * /")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tomorrow at 2 pm for one hour", ["2 pm = 14:00", "one hour = 60 minutes"]),
        ("9:30 to 11:00", ["9:30 to 11:00 = 09:30 to 11:00, 90 minutes"]),
        ("from 9:30 to 11 in the morning", ["9:30 to 11 in the morning = 09:30 to 11:00, 90 minutes"]),
        ("from 4 to 4:45 in the afternoon", ["4 to 4:45 in the afternoon = 16:00 to 16:45, 45 minutes"]),
        ("10 to 2 pm", ["10 to 2 pm = 10:00 to 14:00, 240 minutes"]),
        ("from 10:00 to 1:30", ["10:00 to 1:30 = 10:00 to 13:30, 210 minutes"]),
        ("half an hour, or an hour and a half", ["an hour and a half = 90 minutes", "half an hour = 30 minutes"]),
        ("three and a half hours", ["three and a half hours = 210 minutes"]),
        ("12 am, or 12 pm", ["12 am = 00:00", "12 pm = 12:00"]),
        ("下週二下午兩點到四點", ["下午兩點到四點 = 14:00 to 16:00, 120 minutes"]),
        ("上午 9 點到 12 點", ["上午 9 點到 12 點 = 09:00 to 12:00, 180 minutes"]),
        ("十點到十點半", ["十點到十點半 = 10:00 to 10:30, 30 minutes"]),
        ("下午1點半，用一個半小時", ["下午1點半 = 13:30", "一個半小時 = 90 minutes"]),
        ("下午3:30，半個鐘頭", ["下午3:30 = 15:30", "半個鐘頭 = 30 minutes"]),
        ("中午十二點，九十分鐘", ["中午十二點 = 12:00", "九十分鐘 = 90 minutes"]),
        ("1.5小時", ["1.5小時 = 90 minutes"]),
    ],
)
def test_times_and_lengths_are_worked_out(text: str, told: list[str]) -> None:
    assert clock.notes(text, [ROOM]) == told


@pytest.mark.parametrize(
    "text",
    [
        "7 to 9 December",
        "2026-11-30 to 2026-12-11",
        "3 to 5 people, 12/3到12/22",
        "17:00, 10:15 am",
        "請列三點建議，上班時間小時候",
        "25:00 to 26:00, 13 pm, 9:99 to 11:00",
        "",
    ],
)
def test_what_is_no_time_or_says_it_already_stays(text: str) -> None:
    assert clock.notes(text, [ROOM]) == []


def test_times_are_worked_out_for_functions_that_take_them() -> None:
    text = "2 pm to 3 pm, one hour"
    assert clock.notes(text, [SUM]) == []
    assert clock.notes(text, [taking(length="in minutes")]) == ["one hour = 60 minutes"]
    assert clock.notes(text, [taking(start="HH:MM")]) == ["2 pm to 3 pm = 14:00 to 15:00"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("(5600 + 7200) ÷ 4 等於多少？", ["expression: (5600 + 7200) / 4"]),
        ("(125+380)×12-960", ["expression: (125+380)*12-960"]),
        ("Work out 37 * 248 + 1,150.", ["expression: 37 * 248 + 1150"]),
        ("2^12", ["expression: 2**12"]),
        ("1 + 1, from 2026-11-30 to 2026-12-11, 12/3, 15% of 84,600", []),
        ("請算，37 × 1,150", ["expression: 37 * 1150"]),
    ],
)
def test_sums_are_written_in_the_signs_of_functions(text: str, told: list[str]) -> None:
    assert sums.notes(text, [SUM]) == told
    assert sums.notes(text, [ROOM]) == []


def test_all_stand_behind_the_request_by_their_kinds() -> None:
    text = "Tomorrow at 2 pm: what is 6 × 7?"
    told = notes.behind(text, date(2026, 11, 24), [ROOM, SUM])
    assert told == f"{text}\n(Tomorrow = 2026-11-25)\n(2 pm = 14:00)\n(expression: 6 * 7)"
    assert notes.behind("Hello", date(2026, 11, 24), [ROOM, SUM]) == "Hello"


@pytest.mark.parametrize("quoted", ["「明天下午兩點」", "『明天』", "“tomorrow at 2 pm”", "'at 2 pm'", '"2 pm"'])
def test_days_and_times_in_what_is_quoted_are_not_told(quoted: str) -> None:
    text = f"Translate {quoted}, it's due."
    assert notes.behind(text, date(2026, 11, 24), [ROOM]) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a room from 4 to 4:45 pm for 3 people", "a room from   for 3 people"),
        ("two hours, two people", " , two people"),
        ("10 天兩個人，下午兩點，九十分鐘", " 兩個人， ， "),
    ],
)
def test_times_and_lengths_can_be_left_out(text: str, left: str) -> None:
    assert clock.without(text) == left


@pytest.mark.parametrize("sign", ["9", "一", "二十", "百", "(", "「", "1,", "1+", "12:30-", "兩點到", "a '"])
def test_a_sign_that_comes_again_and_again_keeps_nobody_waiting(sign: str) -> None:
    """Whoever can have an agent read a page could hold its worker up by patterns that begin anew at each sign."""
    text = sign * (100_000 // len(sign))
    assert notes.behind(text, date(2026, 12, 1), [ROOM, SUM]).startswith(text)
    assert given.without_fillers({"people": 7}, {"properties": {"people": {"type": "integer"}}}, text) == {}
