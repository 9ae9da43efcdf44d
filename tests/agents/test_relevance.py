"""An answer must rest on what was found; how the harness and the model say that they found nothing."""

from dataclasses import replace

import pytest

from agents.loop.relevance import Evidence, evidence, supported
from agents.loop.replies import GREETING, NO_ANSWER, NOTHING, is_decline
from agents.loop.words import words

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


# -- evidence ----------------------------------------------------------------------------------------------------------


def weighed(question: str, *texts: str, similarity: float = 0.88) -> Evidence:
    passages = [replace(found(text), similarity=similarity, words=frozenset(words(text))) for text in texts]
    return evidence(question, passages, related=0.88)


def test_passages_that_share_nothing_with_the_question_are_hopeless() -> None:
    assert weighed("What is the dividend per share?", FILTER, similarity=0.85).hopeless
    assert weighed("公司的統一編號是多少？", HOLIDAY, similarity=0.86).hopeless


def test_neither_meaning_nor_words_alone_make_it_hopeless() -> None:
    assert not weighed("What is the dividend per share?", FILTER, similarity=0.91).hopeless
    assert not weighed("When is the intake filter replaced?", FILTER, similarity=0.80).hopeless


def test_across_scripts_words_tell_nothing() -> None:
    across = weighed("How many days of leave are there?", HOLIDAY, similarity=0.82)
    assert across.coverage is None
    assert not across.hopeless


def test_the_better_the_evidence_the_surer_the_model_must_be_to_decline() -> None:
    strong = weighed("When is the intake filter replaced?", FILTER, similarity=0.92)
    weak = weighed("When is the intake filter of the boat replaced by divers?", FILTER, similarity=0.84)
    assert strong.sure > weak.sure


def test_without_an_embedder_or_its_scale_words_decide() -> None:
    passages = [replace(found(FILTER), similarity=None, words=frozenset(words(FILTER)))]
    assert evidence("What is the dividend per share?", passages, 0.88).hopeless
    assert not evidence("When is the intake filter replaced?", passages, None).hopeless
    assert evidence("anything", [], 0.88) == Evidence(None, None)


def test_inventions_are_not_supported() -> None:
    claims = {1: ["x"]}
    invented = "The intake filter is made by Kawasaki in Osaka from bamboo [1]."
    assert not supported(invented, "Who makes the intake filter?", [found(FILTER)], claims)
    assert supported(
        "Yes, the intake filter is replaced [1].", "Is the intake filter replaced?", [found(FILTER)], claims
    )


@pytest.mark.parametrize(
    ("answer", "declines"),
    [
        ("The documents do not state when leave can be carried over.", True),
        ("文件中沒有提到停車位。", True),
        ("No, damage from dry running is not covered by the warranty.", False),
        ("逾期未休完者不得遞延。", False),
    ],
)
def test_an_answer_that_cites_may_say_no_but_not_that_the_documents_are_silent(answer: str, declines: bool) -> None:
    assert is_decline(answer, cites=True) == declines
