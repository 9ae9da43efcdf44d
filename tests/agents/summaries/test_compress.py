"""What a model writes is held to what it was given."""

import pytest

from agents.loop.language import Language
from agents.summaries.compress import Condensed, held_to, in_language, said
from agents.summaries.lines import Line
from agents.summaries.writer import Written
from tests.agents.summaries.texts import lines, model_info

GIVEN = lines(
    "Every employee has seven days of leave after one year.",
    "Unused days of leave expire in March.",
    "The manager approves leave within three working days.",
    "Leave of more than five days is asked for ten days before.",
)
CHINESE = lines(
    "員工到職滿一年者，每年給予特別休假七日。", "未休完之日數遞延至次年三月底。", "主管應於三個工作日內核准休假申請。"
)


def taken(text: str, want: int, given: list[Line] = GIVEN, language: Language = "en") -> Condensed:
    """What is made of what a model wrote."""
    return held_to(given, want, language, Condensed(written=Written(text, "stop", model_info(), {})))


def test_sentences_keep_the_sources_that_they_name() -> None:
    made = taken("- Employees have seven days of leave after one year [1].\n- Unused leave expires in March. [2]", 2)
    assert [line.text for line in made.lines] == [
        "Employees have seven days of leave after one year",
        "Unused leave expires in March.",
    ]
    assert made.places == [[0], [1]]
    assert [line.support for line in made.lines] == ["supported", "supported"]
    assert not made.fallback


def test_a_wrong_source_is_replaced_by_the_one_that_says_it() -> None:
    made = taken("The manager approves leave within three working days. [1]", 1)
    assert made.places == [[2]]


@pytest.mark.parametrize(
    "invented",
    [
        "Every employee has 25 days of leave. [1]",
        "Unused days of leave never expire. [2]",
        "The canteen opens at noon and serves two dishes. [3]",
        "",
        "wq zxy lorem 77 ipsum",
        "每位員工都有七天假期。[1]",
    ],
)
def test_what_is_invented_is_dropped_and_the_text_speaks_itself(invented: str) -> None:
    made = taken(invented, 2)
    assert made.fallback
    assert len(made.lines) == 2
    assert {line.text for line in made.lines} <= {line.text for line in GIVEN}
    assert len(made.dropped) == bool(invented)
    assert not any(invented and invented[:10] in reason for reason in made.dropped), "reasons quote nothing"


def test_as_many_sentences_as_asked_for_no_more_no_fewer() -> None:
    text = "\n".join(f"{line.text} [{place}]" for place, line in enumerate(GIVEN, start=1))
    for want in (1, 2, 3, 4):
        assert len(taken(text, want).lines) == want
    assert len(taken(GIVEN[0].text, 3).lines) == 3
    assert len(taken("", 9).lines) == 4, "there is no more to say"


def test_what_is_said_twice_is_said_once() -> None:
    made = taken("Unused days of leave expire in March. [2]\nUnused leave expires in March. [2]", 2)
    assert sum("expire" in line.text for line in made.lines) == 1


def test_the_order_is_that_of_the_text() -> None:
    made = taken("Unused days of leave expire in March. [2]\nEmployees have seven days of leave after one year. [1]", 2)
    assert made.places == [[0], [1]]


def test_simplified_chinese_is_written_as_in_taiwan() -> None:
    made = taken("员工到职满一年者，每年给予特别休假七日。[1]", 1, CHINESE, "zh-Hant")
    assert made.lines[0].text == "員工到職滿一年者，每年給予特別休假七日。"
    assert made.lines[0].support == "supported"


def test_markers_bullets_and_echoed_numbers_are_taken_off() -> None:
    told = list(said("1. **First thing is here.** [1][2]\n[3] Second thing follows now.\n二、第三件事在這裡 【4】"))
    assert told == [
        ("First thing is here.", [0, 1]),
        ("Second thing follows now.", []),
        ("第三件事在這裡", [3]),
    ]


def test_languages_are_told_apart() -> None:
    assert in_language("The QX-2100 is new.", "en")
    assert in_language("QX-2100 於五月上市。", "zh-Hant")
    assert not in_language("The QX-2100 is new.", "zh-Hant")
    assert not in_language("QX-2100 於五月上市。", "en")
