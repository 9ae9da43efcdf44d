"""What the grammar lets through is what the request hands over or names."""

from typing import Any

import pytest
from quarry.runtime import Tool

from agents.loop import narrowing
from tests.agents.acting import carried_out, operation

LANGUAGES, CURRENCIES = {"enum": ["en", "zh-Hant", "de"]}, {"enum": ["USD", "EUR", "JPY"]}
DAYS = Tool("count", "Counts", {"type": "object", "properties": {"day": {"type": "string"}}})


@pytest.mark.parametrize(
    ("question", "handed"),
    [
        ("Put this into French: Note: sign.", "Note: sign."),
        ("這句話翻成英文：交期\n延後：兩天", "交期\n延後：兩天"),
        ("Translate this into French:\nDear all", "Dear all"),
        ("At 10:30 translate hello", "At 10:30 translate hello"),
        ("What is “Note: sign” in French?", "What is “Note: sign” in French?"),
        ("Translate this\nSubject: hello", "Translate this\nSubject: hello"),
        ("Translate this:", "Translate this:"),
    ],
)
def test_what_a_question_hands_over_comes_behind_its_colon(question: str, handed: str) -> None:
    assert narrowing.material(question) == handed


def test_a_text_that_is_to_be_exactly_as_given_is_copied_and_no_other() -> None:
    verbatim, free = {"type": "string", "description": "The text, exactly as it was given"}, {"type": "string"}
    others = {"note": free, "way": verbatim | {"enum": ["a"]}, "more": verbatim | {"type": "array"}}
    properties = {"text": verbatim, **others}
    tool = Tool("translate", "Translates", {"type": "object", "properties": properties, "required": ["text"]})
    (narrowed,) = narrowing.narrowed([tool], "", "Put this into French: Hello")
    assert narrowed.parameters["properties"] == properties | {"text": {"copied_from": "Put this into French: Hello"}}
    assert narrowed.parameters["required"] == ["text"]
    assert narrowing.narrowed([DAYS], "", "Hello") == [DAYS]


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("「合作」的德文怎麼說", ["de"]),
        ("From German into English, please", ["en", "de"]),
        ("Say hello", ["en", "zh-Hant", "de"]),
    ],
)
def test_a_code_is_one_that_is_named(question: str, left: list[str]) -> None:
    tool = Tool("translate", "", {"type": "object", "properties": {"language": LANGUAGES, "kind": {"enum": ["de", 1]}}})
    (narrowed,) = narrowing.narrowed([tool], question, question)
    assert narrowed.parameters["properties"] == {"language": {"enum": left}, "kind": {"enum": ["de", 1]}}


def test_of_two_codes_one_may_be_named_in_another_way() -> None:
    tool = Tool("convert", "", {"type": "object", "properties": {"source": CURRENCIES, "target": CURRENCIES}})
    assert narrowing.narrowed([tool], "100 dollars in euros and yen", "") == [tool]


def test_the_loop_lets_copy_what_was_handed_over(hand_over: Any, script: Any) -> None:
    text = {"type": "string", "description": "Exactly as it was given"}
    operation("translate", parameters={"type": "object", "properties": {"text": text}})
    model = script([("translate", {"text": "Sign."})], "Fertig.")
    assert carried_out(hand_over(question="Put this into German: Sign.")).status == "completed"
    sources = [each[0].parameters["properties"]["text"]["copied_from"].split("\n") for each in model.allowed]
    assert sources[0] == ["Sign.", ""]
    assert len(sources[1]) > 2, "and what a function has answered"
