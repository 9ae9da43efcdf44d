"""The sentences that say most of a text."""

from agents.summaries import keys
from agents.summaries.chapters import Chapter, chapters
from agents.summaries.lines import Text
from tests.agents.summaries.texts import CHAPTERS, KAPITEL, lines, written


def test_headings_crumbs_rows_and_quoted_mail_are_no_sentences_of_a_summary() -> None:
    words = (
        "Rules of the house\n\n- The door is closed at ten every evening.\n\n> The door was open, you wrote.\n\nYes."
    )
    words += "\n\nItem: Door; Owner: Ann; Due: Friday"
    text = Text("t", words, "", 0, None, ((1, 0, 18, "Rules of the house"),))
    whole = Chapter(0, "", 0, len(words))
    assert [line.text for line in keys.candidates([text], whole)] == ["The door is closed at ten every evening."]
    assert [line.text for line in keys.candidates([text], whole, rows=True)][1:] == [
        "Item: Door; Owner: Ann; Due: Friday"
    ]


def test_each_sentence_stands_where_it_says() -> None:
    for chaptered in (CHAPTERS, KAPITEL):
        text = written(chaptered)
        found = [line for part in chapters([text]) for line in keys.candidates([text], part)]
        assert len(found) > 6
        for line in found:
            assert text.text[line.origins[0].start : line.origins[0].end] == line.text


def test_what_the_others_speak_of_comes_before_what_nobody_speaks_of() -> None:
    found = lines(
        "The pump of the QX-2100 is replaced every 750 hours.",
        "Somebody brought cake on Tuesday afternoon.",
        "The pump and its filter are checked by the technician.",
        "The technician replaces the filter of the pump.",
    )
    assert 1 not in keys.choose(found, 2)


def test_the_same_is_not_chosen_twice_and_a_budget_holds() -> None:
    found = lines(*["The filter is replaced every 750 hours."] * 4, "The manager approves leave within three days.")
    assert keys.choose(found, 2) == [0, 4]
    assert len(keys.choose(found, 5, budget=15.0)) < 3


def test_no_sentence_no_choice() -> None:
    assert keys.choose([], 5) == []


def test_a_line_of_a_table_of_contents_is_no_sentence_and_one_that_ends_with_a_number_is() -> None:
    said = "The deadline for all of the offers is May 29.\nThe price of every pump fell by 12."
    contents = (
        "1. Introduction to the house ........ 5\n2. Leave of all the employees 12\n三、關於員工休假之申請與核准…… 7"
    )
    words = f"{said}\n{contents}"
    found = keys.candidates([Text("t", words)], Chapter(0, "", 0, len(words)))
    assert [line.text for line in found] == said.split("\n")
