"""What a question says of arguments, worked out for the model or put right behind it."""

from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest
from quarry.runtime import Tool

from agents.loop import given, toolprompt, values
from tests.agents.acting import carried_out, operation

LEAVE = Tool(
    "request_leave",
    "Files leave",
    {
        "type": "object",
        "properties": {
            "kind": {
                "enum": ["annual", "sick", "unpaid"],
                "description": "annual 特休, sick 病假: illness; unpaid 無薪假",
            },
            "days": {"type": "integer"},
            "hours": {"type": "integer"},
            "reason": {"type": "string"},
        },
        "required": ["kind", "days"],
    },
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("我明天請病假。", "病假 = sick"),
        ("I am away because of an illness.", "illness = sick"),
        ("特休或無薪假都可以", "特休 = annual, 無薪假 = unpaid"),
    ],
)
def test_words_that_functions_explain_are_told_by_their_values(text: str, told: str) -> None:
    assert ", ".join(values.notes(text, [LEAVE])) == told


EXCHANGE = Tool(
    "exchange",
    "Exchanges money",
    {
        "type": "object",
        "properties": {
            "currency": {"enum": ["USD", "HKD", "KRW"]},
            "language": {"enum": ["en", "zh-Hant", "es"]},
            "speed": {"enum": ["low", "high"]},
        },
    },
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Change 3 million won.", {"Won = KRW"}),
        ("把 2,000 港幣換成美金", {"港幣 = HKD", "美金 = USD"}),
        ("Two Hong Kong dollars", {"Hong Kong Dollar = HKD"}),
        ("Say it in Spanish and 英文.", {"Spanish = es", "英文 = en"}),
        ("Say it in Traditional Chinese", {"Traditional Chinese = zh-Hant"}),
        ("A dollar, at low speed; that won't do", set()),
    ],
)
def test_codes_are_told_by_the_names_that_they_have_everywhere(text: str, told: set[str]) -> None:
    assert {*values.notes(text, [EXCHANGE])} == {f"{each} for exchange" for each in told}


def test_a_code_of_several_functions_is_told_without_them() -> None:
    both = [EXCHANGE, replace(EXCHANGE, name="another")]
    assert values.notes("in Spanish", both) == ["Spanish = es"]


@pytest.mark.parametrize("text", ["Please book a room.", "stillness", ""])
def test_other_words_say_nothing(text: str) -> None:
    assert values.notes(text, [LEAVE]) == []


@pytest.mark.parametrize(
    ("arguments", "said", "kept"),
    [
        ({"kind": "sick", "days": 1, "hours": 1, "reason": ""}, "Sick leave, please.", {"kind", "days"}),
        ({"kind": "sick", "days": 1, "hours": 1}, "One hour of sick leave", {"kind", "days", "hours"}),
        ({"kind": "sick", "days": 1, "hours": 3, "reason": None}, "Sick leave", {"kind", "days", "hours"}),
        ({"kind": "sick", "hours": 0}, "0 hours", {"kind", "hours"}),
        ({"kind": "sick", "other": 1}, "Sick leave", {"kind", "other"}),
        ({"kind": "sick", "hours": True}, "Sick leave", {"kind", "hours"}),
    ],
)
def test_what_fills_an_optional_argument_is_left_out(arguments: dict[str, Any], said: str, kept: set[str]) -> None:
    assert set(given.without_fillers(arguments, LEAVE.parameters, said)) == kept


ROOM = {"properties": {"people": {"type": "integer"}, "hours": {"type": "integer"}, "note": {"type": "string"}}}


@pytest.mark.parametrize(
    ("arguments", "said", "kept"),
    [
        ({"people": 2, "hours": 2}, "A room for two hours", {"hours"}),
        ({"people": 1, "hours": 1}, "A room for one hour", {"hours"}),
        ({"people": 3}, "下午三點的會議室", set()),
        ({"people": 2, "hours": 2}, "A room for two hours for two", {"people", "hours"}),
        ({"people": 2}, "A room for Anna and me", {"people"}),
        ({"people": 2}, "A room on Monday", set()),
        ({"people": 12}, "A room for a dozen", {"people"}),
        ({"people": 30}, "A room on Monday", {"people"}),
        ({"hours": 3}, "A room from 9:00 to 12:00", {"hours"}),
    ],
)
def test_what_was_said_of_times_counts_nothing_else(arguments: dict[str, Any], said: str, kept: set[str]) -> None:
    assert set(given.without_fillers(arguments, ROOM, said)) == kept


@pytest.mark.parametrize(
    ("reason", "said", "wrong"),
    [
        ("100 * 1.5", "How is overtime paid?", True),
        ("Fever of 39 degrees", "I have a fever.", True),
        ("120 minutes", "For two hours", False),
        ("Room 4", "公司有四間會議室", False),
        ("A fever", "I have a fever.", False),
        ("100 * 1.5", "加班費怎麼算？請查一下", True),
    ],
)
def test_numbers_that_nobody_gave_are_made_up(reason: str, said: str, wrong: bool) -> None:
    with pytest.raises(given.MadeUp) if wrong else nullcontext():
        given.refuse_made_up({"reason": reason}, LEAVE.parameters, said)


def test_a_model_is_told_what_it_may_leave_out_and_last() -> None:
    schema = {**LEAVE.parameters, "required": ["days", "kind"]}
    told = toolprompt.parameters(schema)["properties"]
    assert list(told) == ["days", "kind", "hours", "reason"]
    assert told["days"] == {"type": "integer"}
    assert told["hours"]["description"] == toolprompt.OPTIONAL


@pytest.mark.django_db(transaction=True)
def test_the_loop_tells_values_and_leaves_fillers_out(hand_over: Any, script: Any, done: Any) -> None:
    operation("request_leave", parameters=dict(LEAVE.parameters))
    model = script([("request_leave", {"kind": "sick", "days": 1, "hours": 1})], "Done.")
    run = carried_out(hand_over(question="我請病假。"))
    assert "(病假 = sick)" in model.read[0][-1].content
    assert done == [("request_leave", {"kind": "sick", "days": 1})]
    assert run.steps.get(kind="tool").arguments == {"kind": "sick", "days": 1}


NOTE = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("second", "left"), [("search_rules", ["search_rules"]), ("file_rule", None)])
def test_who_makes_numbers_up_must_look_them_up_where_that_can_be_done(
    second: str, left: list[str] | None, hand_over: Any, script: Any, done: Any
) -> None:
    operation("work_out", parameters=NOTE)
    operation(second, parameters=NOTE)
    model = script([("work_out", {"text": "100 * 1.5"})], [(second, {"text": "overtime"})], "Twice the pay [1].")
    run = carried_out(hand_over(question="How is overtime paid?"))
    assert done == [(second, {"text": "overtime"})]
    assert model.offered == [[second, "work_out"], left or [second, "work_out"], [second, "work_out"]]
    choices = [step.arguments["choice"] for step in run.steps.filter(kind="generate")]
    assert choices == ["auto", "required", "auto"]


@pytest.mark.django_db(transaction=True)
def test_numbers_in_a_query_are_not_made_up(hand_over: Any, script: Any, done: Any) -> None:
    operation("query_sheets_of_2026", parameters=NOTE)
    script([("query_sheets_of_2026", {"text": "SELECT region FROM sales LIMIT 1"})], "North.")
    assert carried_out(hand_over(question="Which region sold most?")).answer == "North."
    assert done == [("query_sheets_of_2026", {"text": "SELECT region FROM sales LIMIT 1"})]


@pytest.mark.parametrize(
    ("value", "said", "told"),
    [
        ("我们的软件", "幫我寫信", "我們的軟體"),
        ("我们", "「我们」是什麼", "我们"),
        ("我们", "請用簡體字寫", "我们"),
        ("我們", "幫我寫信", "我們"),
    ],
)
def test_who_writes_traditional_chinese_has_it_in_calls_too(value: str, said: str, told: str) -> None:
    parameters = {"properties": {"body": {"type": "string"}, "kind": {"enum": ["软件"]}}}
    arguments = {"body": value, "kind": "软件", "count": 3}
    assert given.in_traditional(arguments, parameters, said) == arguments | {"body": told}
