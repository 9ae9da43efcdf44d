"""What is searched for: the question, a follow-up together with what it follows, nothing for a greeting."""

import pytest

from agents.loop.query import is_follow_up, is_small_talk, only_asks, search_query

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


@pytest.mark.parametrize(
    "text",
    [
        "How do I reset my password?",
        "what is the travel allowance",
        "忘記密碼怎麼辦",
        "請問特休幾天",
        "VPN 連不上是什麼原因？",
        "我想請假要先找誰",
        "加班費要怎麼申請？",
    ],
)
def test_who_only_asks(text: str) -> None:
    assert only_asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "Could you open a ticket for my printer?",
        "Please book a room for Monday, is that possible?",
        "Open a ticket: the printer is broken.",
        "可以幫我開一張單嗎？",
        "請訂明天的會議室好嗎？",
        "Can I get a room at 3 pm?",
        "The printer jams, can someone fix it?",
        "寄 email 給 it@example.com 詢問帳號什麼時候會開通。",
        "可以訂明天的會議室嗎？",
        "印表機壞了",
    ],
)
def test_who_wants_something_done(text: str) -> None:
    assert not only_asks(text)
