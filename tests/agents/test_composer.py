"""Markers that fit: kept where the model is right, corrected where it is wrong, added where it forgot."""

import pytest

from agents.loop.composer import Composer

from .passages import FILTER, HOLIDAY, LEAVE, found

PASSAGES = [found(FILTER), found(LEAVE), found(HOLIDAY)]


def compose(text: str) -> tuple[str, dict[int, list[str]]]:
    composer = Composer(PASSAGES)
    return "".join(map(composer.feed, text)) + composer.finish(), composer.claims


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("The intake filter is replaced every 750 operating hours [1].", None),
        ("The intake filter is replaced every 750 operating hours [2].", "750 operating hours [1]."),
        ("The intake filter is replaced every 750 operating hours.", "750 operating hours. [1]"),
        ("每年給予特別休假七日。", "每年給予特別休假七日。[3]"),
        ("每年給予特別休假七日[3]。", None),
        ("Unused days of leave expire in March! Then more.", "expire in March! [2] Then more."),
    ],
)
def test_each_sentence_gets_the_marker_of_its_passage(written: str, expected: str | None) -> None:
    text, _ = compose(written)
    assert text.endswith(expected or written)


@pytest.mark.parametrize(
    "written",
    [
        "Is the intake filter replaced every 750 operating hours?",
        "The intake filter is replaced every 750 operating hours, as follows:",
        "Giraffes sleep standing up.",
        "",
        "\n\n",
    ],
)
def test_what_claims_nothing_gets_no_marker(written: str) -> None:
    assert compose(written) == (written, {})


def test_a_marker_is_shown_once_a_sentence() -> None:
    text, claims = compose("Unused days of leave expire in March [2][2] [2].")
    assert text.count("[2]") == 1
    assert claims == {2: ["Unused days of leave expire in March"]}


def test_abbreviations_and_decimals_do_not_end_a_sentence() -> None:
    text, claims = compose("The intake filter, e.g. of type 2.5, is replaced every 750 operating hours.")
    assert text.count("[1]") == 1
    assert text.endswith("hours. [1]")
    assert len(claims[1]) == 1


def test_a_closing_quotation_mark_stays_with_its_sentence() -> None:
    text, _ = compose("手冊寫道：「每年給予特別休假七日。」其餘照舊。")
    assert "七日。」[3]其餘" in text


def test_without_passages_nothing_is_marked() -> None:
    composer = Composer([])
    assert composer.feed("The filter [1] is new. [2]") + composer.finish() == "The filter  is new. "
    assert composer.claims == {}
