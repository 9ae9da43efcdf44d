"""What the harness does for a model, and what the model alone is given."""

from datetime import date

import pytest
from quarry import runtime
from quarry.runtime import Message, Tool, ToolCall
from quarry.runtime.store import Store

from agents.loop import dates
from apps.evaluation.asking import Harness, Plain, attempted, fault, malformed
from apps.evaluation.relevant import MOST, Relevant
from tests.evaluation.scripted import MODEL, scripted
from tests.runtime.conftest import TINY_ID

ROOM = Tool(
    "book_room",
    "Reserves a meeting room",
    {
        "type": "object",
        "properties": {"people": {"type": "integer", "minimum": 1}, "day": {"enum": ["Mon", "Tue"]}},
        "required": ["people"],
    },
)
MAIL = Tool("send_mail", "Sends mail", {"type": "object", "properties": {"to": {"type": "string"}}})
ASKED = [Message("user", "A room for four, please.")]


def test_a_call_that_does_not_satisfy_its_schema_goes_back_with_the_reason() -> None:
    with scripted([("book_room", {"people": 0})], [("book_room", {"people": 4})]) as model:
        reply = Harness(MODEL).reply(ASKED, [ROOM, MAIL])
    assert [(call.name, call.arguments) for call in reply.calls] == [("book_room", {"people": 4})]
    assert (reply.attempts, reply.malformed) == (2, 0)
    told = model.last.json["messages"]
    assert [each["role"] for each in told] == ["system", "user", "assistant", "tool"]
    assert told[2]["tool_calls"][0]["function"]["name"] == "book_room"
    assert "“people” breaks minimum 1" in told[3]["content"]


def test_of_several_calls_each_is_told_whether_it_was_wrong() -> None:
    with scripted([("book_room", {}), ("send_mail", {"to": "a"})], [("book_room", {"people": 4})]) as model:
        Harness(MODEL).reply(ASKED, [ROOM, MAIL])
    wrong, right = (each["content"] for each in model.last.json["messages"][-2:])
    assert "“people” is missing" in wrong
    assert "call it again" in right


def test_it_gives_up_after_a_few_attempts_and_counts_what_is_malformed() -> None:
    with scripted([("book_room", {"people": 0}), ("send_mail", {"to": "a"})]) as model:
        reply = Harness(MODEL).reply(ASKED, [ROOM, MAIL])
    assert (len(model.talks), reply.attempts, reply.malformed, len(reply.calls)) == (3, 3, 1, 2)


def test_a_call_that_is_only_written_must_be_made() -> None:
    with scripted("```python\nbook_room(people=4)\n```", [("book_room", {"people": 4})]) as model:
        reply = Harness(MODEL).reply(ASKED, [ROOM])
    assert [call.name for call in reply.calls] == ["book_room"]
    assert (reply.malformed, reply.attempts) == (0, 2)
    assert model.talks[0].json["tool_choice"] == "auto"
    assert model.last.json["tool_choice"] == "required"


def test_an_answer_in_words_is_left_alone() -> None:
    with scripted("For how many people?") as model:
        reply = Harness(MODEL).reply(ASKED, [ROOM])
    assert (reply.text, reply.calls, reply.malformed, len(model.talks)) == ("For how many people?", [], 0, 1)


def test_the_system_text_keeps_what_the_task_says_itself() -> None:
    with scripted("No.") as model:
        Harness(MODEL, today=date(2026, 11, 24)).reply([Message("system", "You are Ada."), *ASKED], [ROOM])
    system, user = model.last.json["messages"]
    assert system["content"].startswith("You are Ada.\n\nYou carry out requests by calling tools.")
    assert "Today is Tuesday, 2026-11-24." in system["content"]
    assert user["content"] == ASKED[0].content


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Tomorrow at two", {"Tomorrow": "2026-11-25"}),
        ("the day after tomorrow", {"the day after tomorrow": "2026-11-26"}),
        ("next Monday, or this Friday", {"next Monday": "2026-11-30", "this Friday": "2026-11-27"}),
        ("on Tuesday or on Monday", {"Tuesday": "2026-11-24", "Monday": "2026-11-30"}),
        ("Monday 14 December, or 15, Tuesday", {}),
        ("last Friday", {"last Friday": "2026-11-20"}),
        ("明天或後天", {"明天": "2026-11-25", "後天": "2026-11-26"}),
        ("大後天", {"大後天": "2026-11-27"}),
        ("下週三到下下星期五", {"下週三": "2026-12-02", "下下星期五": "2026-12-11"}),
        ("這個禮拜天、週一", {"這個禮拜天": "2026-11-29", "週一": "2026-11-30"}),
        ("週三（12/9）", {}),
        ("本週內、週末", {}),
    ],
)
def test_days_are_worked_out_for_the_model(text: str, days: dict[str, str]) -> None:
    found = dates.named(text, date(2026, 11, 24))
    assert {words: str(day) for words, day in found.items()} == days
    assert dates.with_days(text, date(2026, 11, 24)).startswith(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("I would call book_room for you.", False),
        ("book_room (people=4)", True),
        ('{"name": "book_room", "arguments": {"people": ', True),
        ("<tool_call>\n{", True),
        ("my_book_room(1)", False),
        ("The room is booked (for four).", False),
        ("", False),
    ],
)
def test_what_was_meant_to_be_a_call(text: str, meant: bool) -> None:
    assert attempted(text, [ROOM, MAIL]) is meant
    assert malformed([], text, [ROOM, MAIL]) == int(meant)


def test_what_is_wrong_with_a_call_says_where() -> None:
    assert fault(ToolCall("1", "book_room", {"people": 4, "day": "Tue"}), [ROOM]) == ""
    said = fault(ToolCall("1", "book_room", {"people": "4", "day": "Sun"}), [ROOM])
    assert "“people” must be integer" in said
    assert '“day” must be one of ["Mon", "Tue"]' in said
    assert fault(ToolCall("1", "gone", {}), [ROOM]) == 'There is no tool "gone".'


@pytest.fixture
def tiny(configured: Store) -> str:
    runtime.load()
    return TINY_ID


def test_the_model_alone_is_told_of_the_tools_and_bound_by_nothing(tiny: str) -> None:
    """Random weights write random letters: what they cannot write, without a grammar, is a call."""
    reply = Plain(tiny).reply(ASKED, [ROOM, MAIL])
    assert (reply.calls, reply.attempts) == ([], 1)
    assert reply.text
    assert reply.tokens > 0


def test_few_tools_are_all_offered_and_no_embedder_is_needed(tiny: str) -> None:
    assert Relevant().of(ASKED, [ROOM, MAIL]) == [ROOM, MAIL]


@pytest.mark.model
@pytest.mark.usefixtures("starter")
def test_of_many_tools_the_relevant_ones_stay() -> None:
    words = [
        "printer",
        "visa",
        "parking",
        "lunch",
        "taxi",
        "phone",
        "badge",
        "locker",
        "desk",
        "chair",
        "lamp",
        "plant",
    ]
    others = [Tool(f"order_{word}", f"Orders a {word} for the office", {"type": "object"}) for word in words]
    tools = [*others, ROOM, MAIL]
    found = Relevant().of(ASKED, tools)
    assert (len(found), ROOM in found) == (MOST, True)
    called = Message("assistant", "", [ToolCall("1", "order_plant", {})])
    assert "order_plant" in {tool.name for tool in Relevant().of([called, *ASKED], tools)}
