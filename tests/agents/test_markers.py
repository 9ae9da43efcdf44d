"""Whatever the model writes, in whatever pieces: no marker is shown for which there is no passage."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from agents.loop.composer import Composer
from agents.loop.language import Language, Script
from agents.loop.markers import MarkerFilter

from .passages import FILTER, HOLIDAY, LEAVE, found

PASSAGES = [found(FILTER), found(HOLIDAY), found(LEAVE)]
# All that a person could take for a marker, wide and Chinese brackets included.
LOOKS_LIKE_ONE = re.compile(r"[\[【［]\s*(\d+)\s*[\]】］]")
PARTS = [
    *"[]【】［］()123９٣²「」。.:,、-#^\n \u200b",
    *(
        "Document ",
        "sources",
        "文件",
        "來源",
        "99",
        "100",
        "[1]",
        "[7]",
        "[1, 3]",
        "【2】",
        "[[1]]",
        "[1",
        "][",
        "[Doc 2]",
    ),
    *("the intake filter every 750 hours", "特别休假七日", "seven days of leave"),
]
WRITTEN = st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=4)), max_size=16)
LANGUAGES: st.SearchStrategy[Language] = st.sampled_from(["en", "zh-Hant", "zh-Hans"])


def shown(pieces: list[str], passages: int, language: Language) -> tuple[str, Composer]:
    """What a person gets to see, piece by piece, as `question.Writing` puts it together."""
    composer, script = Composer(PASSAGES[:passages]), Script(language)
    out = [composer.feed(script.feed(piece)) for piece in pieces]
    out.append(composer.feed(script.finish()) + composer.finish())
    return "".join(out), composer


@settings(max_examples=400, deadline=None)
@given(pieces=WRITTEN, passages=st.integers(0, 3), language=LANGUAGES)
@example(pieces=["[", "[7]", "1]"], passages=1, language="en")
@example(pieces=["[1", "[9]", "]"], passages=0, language="zh-Hant")
@example(pieces=["[" + " " * 60 + "5]"], passages=3, language="en")
def test_no_marker_without_a_passage_is_ever_shown(pieces: list[str], passages: int, language: Language) -> None:
    text, composer = shown(pieces, passages, language)
    numbers = [int(number) for number in LOOKS_LIKE_ONE.findall(text)]
    assert all(1 <= number <= passages for number in numbers), text
    assert composer.claims.keys() <= set(numbers), "each claimed marker stands in the text"


@settings(max_examples=200, deadline=None)
@given(pieces=WRITTEN, passages=st.integers(0, 3), language=LANGUAGES)
def test_it_does_not_matter_in_which_pieces_the_text_comes(
    pieces: list[str], passages: int, language: Language
) -> None:
    whole, whole_claims = shown(["".join(pieces)], passages, language)
    single, single_claims = shown(list("".join(pieces)), passages, language)
    assert shown(pieces, passages, language)[0] == whole == single
    assert whole_claims.claims == single_claims.claims


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.characters(blacklist_characters="[【［", blacklist_categories=["Cs"]), max_size=80))
def test_text_without_brackets_is_not_touched(text: str) -> None:
    assert filtered(text) == ([text] if text else [])


def filtered(text: str, *known: int) -> list[str | int]:
    """Text joined between the markers."""
    markers = MarkerFilter(known)
    joined: list[str | int] = []
    for part in [*markers.feed(text), *markers.finish()]:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return joined


def test_other_ways_of_writing_a_marker_are_understood() -> None:
    for written in (
        "[1]",
        "【1】",
        "［1］",
        "[ 1 ]",
        "[Document 1]",
        "[doc. 1]",
        "[文件1]",
        "[來源：1]",
        "[#1]",
        "[^1]",
    ):
        assert filtered(f"So it is{written}.", 1, 2) == ["So it is", 1, "."], written
    assert filtered("Both [1, 2].", 1, 2) == ["Both ", 1, 2, "."]
    assert filtered("兩者【1、2】。", 1, 2) == ["兩者", 1, 2, "。"]


def test_of_several_numbers_only_the_known_ones_stay() -> None:
    assert filtered("So [1, 9].", 1) == ["So ", 1, "."]
    assert filtered("So [8][9].", 1) == ["So ."]


def test_a_long_number_in_brackets_is_text_but_cannot_be_read_as_a_marker() -> None:
    assert filtered("The code is [7315].", 1) == ["The code is (7315)."]


def test_brackets_that_are_no_markers_stay() -> None:
    for text in ("a[i] = 0", "[see above]", "[", "see [the manual](x)", "[ ]", "a [b"):
        assert filtered(text, 1) == [text]
