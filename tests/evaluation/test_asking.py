"""What the harness does for a model, and what the model alone is given."""

from collections.abc import Sequence
from datetime import date

import pytest
from quarry import runtime
from quarry.runtime import Message, Tool, ToolCall
from quarry.runtime.store import Store

from agents.loop import corrections, offer, toolprompt
from agents.tools.types import ToolError
from apps.evaluation.asking import Plain, malformed
from apps.evaluation.harness import Harness
from tests.evaluation.scripted import MODEL, scripted
from tests.fixtures.functions import ROOM
from tests.runtime.conftest import TINY_ID

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


def test_of_several_calls_only_the_wrong_ones_are_made_again() -> None:
    with scripted([("book_room", {}), ("send_mail", {"to": "a"})], [("book_room", {"people": 4})]) as model:
        reply = Harness(MODEL).reply(ASKED, [ROOM, MAIL])
    assert [call.name for call in reply.calls] == ["send_mail", "book_room"]
    assert (reply.attempts, reply.malformed) == (2, 0)
    wrong, right = (each["content"] for each in model.last.json["messages"][-2:])
    assert "“people” is missing" in wrong
    assert "Noted." in right


def test_it_gives_up_after_a_few_attempts_and_counts_what_is_malformed() -> None:
    with scripted([("book_room", {"people": 0}), ("send_mail", {"to": "a"})]) as model:
        reply = Harness(MODEL).reply(ASKED, [ROOM, MAIL])
    assert (len(model.talks), reply.attempts, reply.malformed) == (2, 2, 1)
    assert [call.name for call in reply.calls] == ["send_mail", "book_room"], "what it stayed with"


def test_of_several_calls_one_after_another_those_count_that_would_be_carried_out() -> None:
    room, mail, wrong = ("book_room", {"people": 4}), ("send_mail", {"to": "a"}), ("book_room", {"people": 0})
    with scripted([room], [wrong], [wrong], [mail], "Done."):
        reply = Harness(MODEL).reply(ASKED, [ROOM, MAIL], several=True)
    assert [(call.name, call.arguments) for call in reply.calls] == [room, wrong], "what it stayed with"
    assert (reply.attempts, reply.malformed) == (4, 1), "two turns that brought nothing are enough"
    with scripted([room], [room], [mail], "Done."):
        reply = Harness(MODEL).reply(ASKED, [ROOM, MAIL], several=True)
    assert [(call.name, call.arguments) for call in reply.calls] == [room], "once"
    assert (reply.attempts, reply.malformed) == (3, 0), "who calls the same again has nothing to add"
    with scripted([room], [mail], "Done."):
        reply = Harness(MODEL).reply(ASKED, [ROOM, MAIL], several=True)
    assert [(call.name, call.arguments) for call in reply.calls] == [room, mail]
    assert (reply.attempts, reply.malformed) == (3, 0)


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


def test_a_task_is_asked_in_the_words_of_the_loop() -> None:
    asked = [Message("system", "You are Ada."), Message("user", "A room for next Monday.")]
    with scripted("No.") as model:
        Harness(MODEL, today=date(2026, 11, 24)).reply(asked, [ROOM])
    system, user = model.last.json["messages"]
    assert system["content"].startswith(toolprompt.RULES)
    assert system["content"].endswith("You are Ada.\n\nToday is Tuesday, 2026-11-24.")
    assert user["content"] == "A room for next Monday.\n(next Monday = 2026-11-30)"


def test_a_turn_goes_on_with_results_until_nothing_more_is_called() -> None:
    lines = [[("book_room", {"people": 0}), ("send_mail", {"to": "a"})], [("book_room", {"people": 4})], "Done."]
    executed: list[list[str]] = []

    def execute(calls: Sequence[ToolCall]) -> list[str | ToolError]:
        executed.append([call.name for call in calls])
        return ["sent" if call.name == "send_mail" else ToolError("All rooms are taken.") for call in calls]

    with scripted(*lines) as model:
        went = Harness(MODEL).turn(ASKED, [ROOM, MAIL], execute)
    assert executed == [["send_mail"], ["book_room"]], "what is not well-formed is never carried out"
    assert (went.finished, went.attempts, went.malformed) == (True, 3, 0)
    assert [each.role for each in went.messages] == [
        "user",
        "assistant",
        "tool",
        "tool",
        "assistant",
        "tool",
        "assistant",
    ]
    told = [each["content"] for each in model.last.json["messages"] if each["role"] == "tool"]
    assert "“people” breaks minimum 1" in told[0]
    assert "sent" in told[1]
    assert "All rooms are taken." in told[2]


def test_a_conversation_goes_on_without_what_was_corrected() -> None:
    lines = [" ", "```\nbook_room(people=4)\n```", [("book_room", {"people": 4})], "Booked."]
    with scripted(*lines) as model:
        went = Harness(MODEL).turn(ASKED, [ROOM, MAIL], lambda calls: ["Room 2"] * len(calls))
    assert (went.finished, went.attempts, len(model.talks)) == (True, 4, 4)
    assert [each.role for each in went.messages] == ["user", "assistant", "tool", "assistant"]
    assert went.messages[-1].content == "Booked."
    corrected = model.talks[1].json
    assert (corrected["tool_choice"], corrected["messages"][-1]["content"]) == ("auto", corrections.NOTHING)


def test_what_was_called_in_earlier_turns_stays_on_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    for bound in ("MOST", "NEAREST", "CEILING"):
        monkeypatch.setattr(offer, bound, 1)
    before = [Message("user", "Write to Ada."), Message("assistant", "", [ToolCall("1", "send_mail", {"to": "a"})])]
    with scripted("No.") as model:
        Harness(MODEL).reply([*before, Message("tool", "Sent.", name="send_mail"), *ASKED], [ROOM, MAIL])
    assert [each["function"]["name"] for each in model.last.json["tools"]] == ["book_room", "send_mail"]


@pytest.mark.parametrize(("text", "count"), [("book_room(people=4)", 1), ("The room is booked.", 0)])
def test_a_written_call_counts_as_malformed(text: str, count: int) -> None:
    assert malformed([], text, [ROOM, MAIL]) == count
    with scripted(text):
        assert Harness(MODEL).reply(ASKED, [ROOM]).malformed == count


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
