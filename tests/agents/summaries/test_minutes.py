"""Decisions, and who does what until when, from the sample minutes and from English ones."""

from pathlib import Path

import pytest

from agents.summaries import keys, minutes, styles
from agents.summaries.chapters import Chapter
from agents.summaries.lines import Line, Text
from ingestion.parse import markdown
from tests.agents.summaries.texts import lines


@pytest.fixture
def meeting(repository: Path) -> list[Line]:
    data = (repository / "ingestion/samples/files/product-meeting-2026-04-14-zh.md").read_bytes()
    parsed = markdown.parse(data)
    headings = tuple((each.level, each.start, each.end, each.title) for each in parsed.headings)
    text = Text(parsed.title, parsed.text, "", 0, None, headings)
    return keys.candidates([text], Chapter(0, "", 0, len(parsed.text)), rows=True)


def test_decisions_are_found_with_what_follows_in_their_paragraph(meeting: list[Line]) -> None:
    found = [line.text for line in minutes.decisions(meeting, 20)]
    assert "韌體 2.4 版修正 38400 速率的時序，由蔡明翰負責，於 2026 年 5 月 29 日發布。" in found
    assert "自 5 月起出貨的 FS-8 隨機附上 120 Ω 終端電阻，由王志偉負責。" in found
    assert not [each for each in found if "何欣怡報告" in each]


def test_every_open_task_has_its_owner_and_date_and_those_that_are_done_are_left_out(meeting: list[Line]) -> None:
    found = {(task.owner, task.due) for task in minutes.tasks(meeting, 20)}
    assert {
        ("蔡明翰", "2026-05-29"),
        ("王志偉", "2026-05-04"),
        ("鄭宇翔", "2026-05-04"),
        ("許雅婷", "2026-06-01"),
        ("蔡明翰", "2026-08-31"),
        ("許雅婷", "2026-07-10"),
        ("鄭宇翔", "2026-04-10"),
    } <= found
    assert ("蔡明翰", "2026-03-31") not in found


def test_owners_and_dates_in_english() -> None:
    found = minutes.tasks(
        lines(
            "Anna Berg will send the offer to the customer by 3 May 2026.",
            "The weather was discussed at some length.",
            "Action: Repair the gate; Owner: Tom Lee; Due: 2026-06-01",
        ),
        20,
    )
    assert [(task.owner, task.due) for task in found] == [("Tom Lee", "2026-06-01"), ("Anna Berg", "3 May 2026")]
    decided = minutes.decisions(lines("We talked about the price.", "Decision: The price stays as it is."), 20)
    assert [line.text for line in decided] == ["The price stays as it is."]


def test_what_is_not_said_is_said_not_to_be() -> None:
    text = styles.minutes(["Talk. [1]"], [], [styles.Action("Mend the gate [2]", "Tom")], "en")
    assert "## Decisions\n\n- None found in the text." in text
    assert "- Mend the gate [2] (owner: Tom; due: not stated)" in text


def test_an_official_letter_is_numbered_as_offices_do() -> None:
    text = styles.official("請核准[1]。", [f"第{n}點" for n in range(1, 13)], ["應辦理[2]。"], "zh-Hant")
    assert text.startswith("主旨：請核准[1]。\n\n說明：\n一、第1點")
    assert "十、第10點\n十一、第11點\n十二、第12點" in text
    assert text.endswith("辦法：\n一、應辦理[2]。")
    assert "辦法" not in styles.official("請核准。", ["一點"], [], "zh-Hant")


def test_a_decision_does_not_reach_into_the_next_text() -> None:
    [decided] = lines("Decision: The price stays as it is.")
    [other] = lines("The weather was fine on all of the three days.")
    elsewhere = Line(other.text, (other.origins[0]._replace(text=1),))
    assert [line.text for line in minutes.decisions([decided, elsewhere], 20)] == ["The price stays as it is."]


def test_a_long_text_is_not_compared_with_itself_sentence_by_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    compared, same = [0], keys.same

    def counted(one: str, other: str) -> bool:
        compared[0] += 1
        return same(one, other)

    monkeypatch.setattr(minutes, "same", counted)
    many = lines(*(f"It was decided that gate {n} of hall alpha{n} must be shut by team beta{n}." for n in range(2000)))
    assert minutes.decisions(many, 10) == many[:10]
    assert minutes.measures([*many, *many]) == many
    assert minutes.distinct([many[0], many[1], many[0]]) == many[:2]
    assert compared[0] < 200


def test_no_more_tasks_are_looked_for_than_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, owner_in = [0], minutes.owner_in

    def counted(sentence: str) -> str:
        looked[0] += 1
        return owner_in(sentence)

    monkeypatch.setattr(minutes, "owner_in", counted)
    said = lines(*(f"Anna Berg will shut gate {n} by 3 May 2026." for n in range(200)))
    rows = lines(*(f"Action: Mend gate {n}; Owner: Tom Lee; Due: 2026-06-01" for n in range(200)))
    assert [task.owner for task in minutes.tasks([*said, *rows[:2]], 10)] == ["Tom Lee"] * 2 + ["Anna Berg"] * 8
    assert looked[0] == 8
    assert [task.owner for task in minutes.tasks([*said, *rows], 10)] == ["Tom Lee"] * 10
    assert looked[0] == 8
