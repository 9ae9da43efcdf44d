"""Texts are cut along their structure, and nothing gets lost."""

import pytest

from agents.summaries.chapters import PART, chapters
from agents.summaries.lines import Text
from ingestion.chunk import cost
from tests.agents.summaries.texts import CHAPTERS, written


def test_short_neighbours_stay_together_and_large_chapters_stand_alone() -> None:
    text = written(CHAPTERS)
    assert [part.title for part in chapters([text])] == ["Leave"]
    longer = written({name: words * 12 for name, words in CHAPTERS.items()})
    assert [part.title for part in chapters([longer])] == list(CHAPTERS)


@pytest.mark.parametrize(
    "words",
    [
        "One sentence after the other says nothing at all. " * 400,
        "這是一個沒有標題的長段落，內容一再重複。" * 300,
        "word" * 4_000,
        "字" * 5_000,
        "\n\n".join(f"Paragraph {number} is here." for number in range(900)),
    ],
)
def test_what_is_too_long_is_cut_and_all_of_it_is_kept(words: str) -> None:
    parts = chapters([Text("t", words)])
    assert len(parts) > 1
    assert "".join(words[part.start : part.end] for part in parts) == words
    assert max(cost(words[part.start : part.end]) for part in parts) <= PART * 1.01


def test_no_part_reaches_over_two_texts_or_out_of_a_selection() -> None:
    whole = written(CHAPTERS)
    start, end = whole.text.index("Filters"), whole.text.index("Travel")
    chosen = Text("s", whole.text, "", start, end, whole.headings)
    parts = chapters([Text("a", "A short text."), chosen, Text("b", "Another one.")])
    assert [part.text for part in parts] == [0, 1, 2]
    assert (parts[1].start, parts[1].end, parts[1].title) == (start, end, "Filters")


def test_mails_of_a_thread_are_chapters() -> None:
    mail = "From: Ann\n\n" + "We need the pump by Friday. " * 80
    thread = mail + "\n\n寄件者：王小明\n\n" + "我們星期五可以出貨。" * 150
    assert [part.title[:4] for part in chapters([Text("m", thread)])] == ["", "寄件者："]


def test_nothing_is_no_part() -> None:
    assert chapters([Text("t", " \n\n ")]) == []
