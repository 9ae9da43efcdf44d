"""What is searched for: the question, a follow-up together with what it follows, nothing for a greeting."""

import pytest

from agents.loop.query import is_follow_up, is_small_talk, search_query

HISTORY = [
    {"role": "user", "content": "How long is the warranty of the pump?"},
    {"role": "assistant", "content": "Two years [1]."},
]


@pytest.mark.parametrize(
    "question", ["And what does it not cover?", "What about the valves?", "那保固外的呢？", "Why?"]
)
def test_a_follow_up_is_searched_with_the_question_before_it(question: str) -> None:
    assert is_follow_up(question)
    query = search_query(question, HISTORY)
    assert HISTORY[0]["content"] in query
    assert question in query
    assert HISTORY[1]["content"] not in query, "the model's own words are no evidence"


def test_a_question_that_stands_by_itself_is_searched_alone() -> None:
    question = "How many days of parental leave does an employee get in Taiwan?"
    assert search_query(question, HISTORY) == question
    assert search_query("Why?", []) == "Why?"


@pytest.mark.parametrize(
    "text", ["Hi", "hello!", "Thank you very much.", "你好", "謝謝您！", "  早安  ", "OK", "Hello there"]
)
def test_small_talk(text: str) -> None:
    assert is_small_talk(text)


@pytest.mark.parametrize(
    "text",
    ["Hi, how many days of leave do I have?", "你好，請問特休幾天？", "Thanks to whom?", "", "okapi", "hello " * 30],
)
def test_what_is_no_small_talk(text: str) -> None:
    assert not is_small_talk(text)
