"""An answer must rest on what was found; how the harness and the model say that they found nothing."""

import pytest

from agents.loop.relevance import supported
from agents.loop.replies import GREETING, NO_ANSWER, NOTHING, is_decline

from .passages import FILTER, HOLIDAY, LEAVE, found


def test_an_answer_without_a_source_is_not_supported() -> None:
    assert not supported("The filter is replaced.", "When?", [found(FILTER)], {})


def test_an_answer_whose_numbers_are_from_nowhere_is_not_supported() -> None:
    claims = {1: ["The intake filter is replaced every 900 operating hours"]}
    assert not supported("It is replaced every 900 hours [1].", "When is it replaced?", [found(FILTER)], claims)


@pytest.mark.parametrize(
    ("answer", "question", "text"),
    [
        ("The intake filter is replaced every 750 operating hours [1].", "When is the filter replaced?", FILTER),
        ("Every employee has seven days of leave after one year [1].", "How much leave is there?", LEAVE),
        ("員工每年有特別休假七日[1]。", "特休幾天？", HOLIDAY),
    ],
)
def test_an_answer_from_its_passage_is_supported(answer: str, question: str, text: str) -> None:
    assert supported(answer, question, [found(text)], {1: [answer]})


@pytest.mark.parametrize(
    "answer",
    [
        NO_ANSWER,
        f"{NO_ANSWER}.",
        "The documents do not mention the dividend.",
        "I cannot find this in the documents.",
        "文件中沒有提到統一編號。",
        "文件未說明。",
        "无法回答。",
    ],
)
def test_declining(answer: str) -> None:
    assert is_decline(answer)


@pytest.mark.parametrize("answer", [FILTER, LEAVE, HOLIDAY])
def test_an_answer_is_no_decline(answer: str) -> None:
    assert not is_decline(answer)


def test_the_harness_speaks_every_language() -> None:
    assert NOTHING.keys() == GREETING.keys() == {"en", "zh-Hant", "zh-Hans"}
