"""A call that the model wrote into its answer instead of making it, and one that is wrong."""

from typing import Any

import pytest
from quarry.runtime import ToolCall

from agents.loop import corrections, replies
from tests.agents.acting import carried_out, operation
from tests.fixtures.functions import ROOM
from tests.fixtures.runs import text_of, told

MONDAY = {"day": "monday"}
FRIDAY = {"day": "friday"}
NAMES = ["book_room", "send_mail"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("I would call book_room for you.", False),
        ("book_room (people=4)", True),
        ('book_room ("large")', True),
        ('{"name": "book_room", "argu', True),
        ("Use `book_room(people=4)` for that.", True),
        ('{"name": "book_room", "arguments": {"people": ', True),
        ('{"name": "gone", "arguments": {}}', True),
        ('The file says {"name": "Ada", "city": "Taipei"}.', False),
        ("<tool_call>\n{", True),
        ("my_book_room(1)", False),
        ("The room is booked (for four).", False),
        ("book_room (the largest) is free", False),
        ("", False),
    ],
)
def test_what_was_meant_to_be_a_call(text: str, meant: bool) -> None:
    assert corrections.written(text, NAMES) is meant


def test_of_what_was_called_before_the_answer_may_speak() -> None:
    assert not corrections.written("I called book_room(people=4), and it is booked.", NAMES, {"book_room"})
    assert corrections.written("Then:\n  book_room(people=5)", NAMES, {"book_room"})
    assert corrections.written("I called send_mail(to='a').", NAMES, {"book_room"})


def test_what_is_wrong_with_a_call_says_where() -> None:
    assert corrections.fault(ToolCall("1", "book_room", {"people": 4, "day": "Tue"}), [ROOM]) == ""
    said = corrections.fault(ToolCall("1", "book_room", {"people": "4", "day": "Sun"}), [ROOM])
    assert "“people” must be integer" in said
    assert '“day” must be one of ["Mon", "Tue"]' in said
    assert corrections.fault(ToolCall("1", "gone", {}), [ROOM]) == "There is no function gone. There are: book_room."


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("text", ['look_up(day="monday")', '```json\n{"name": "look_it_up", "arguments": {}}\n```'])
def test_a_call_that_is_only_written_must_be_made(text: str, hand_over: Any, script: Any, done: Any) -> None:
    operation("look_up")
    model = script(text, [("look_up", MONDAY)], "Free.")
    run = carried_out(hand_over())
    assert (run.status, run.answer, done) == ("completed", "Free.", [("look_up", MONDAY)])
    assert [message.role for message in model.read[1]][-2:] == ["assistant", "user"]
    assert model.read[1][-1].content == corrections.WRITTEN
    turns = run.steps.filter(kind="generate")
    assert [step.arguments["choice"] for step in turns] == ["auto", "required", "auto"]
    assert text_of(told(run)) == "Free.", "what looked like an answer is taken back"


@pytest.mark.django_db(transaction=True)
def test_the_model_is_told_so_twice_at_most(hand_over: Any, script: Any) -> None:
    operation("look_up")
    model = script(*['look_up(day="monday")'] * 7)
    run = carried_out(hand_over())
    assert (run.status, len(model.read)) == ("completed", corrections.MOST + 3)
    assert model.read[3][-1].content == replies.ANSWER_NOW["en"]
    assert model.choices[3:] == ["auto", "none"]
    assert [message.role for message in model.read[4]] == ["system", "user", "user"], "none of what was wrong is told"
    assert run.answer == text_of(told(run)) == replies.NO_WORDS["en"], "nobody is shown a call as an answer"


@pytest.mark.django_db(transaction=True)
def test_after_the_last_correction_an_answer_in_words_is_one(hand_over: Any, script: Any) -> None:
    operation("look_up")
    script(*['look_up(day="monday")'] * 3, "I could not look it up.")
    assert carried_out(hand_over()).answer == "I could not look it up."


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("again", [True, False])
def test_who_looks_for_a_function_that_is_not_there_is_not_made_to_call_another(
    again: bool, hand_over: Any, script: Any, done: Any
) -> None:
    operation("look_up")
    wanted = '{"name": "buy_a_pizza", "arguments": {"name": "Margherita"}}'
    model = script(*[wanted] * (2 if again else 1), "I cannot buy anything.")
    run = carried_out(hand_over())
    assert (run.status, run.answer, done) == ("completed", "I cannot buy anything.", [])
    assert "no function buy_a_pizza" in model.read[1][-1].content
    choices = [step.arguments["choice"] for step in run.steps.filter(kind="generate")]
    assert choices == (["auto", "auto", "none"] if again else ["auto", "auto"])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"name": "integrate", "arguments": {"function": "book_room"}}', "integrate"),
        ('{"name": "book_rooms", "arguments": {}}', ""),
        ('{"name": "book_room", "arguments": {"name": "Ada"}}', ""),
        ("book_room(people=4)", ""),
        (f'{{"name": "{"x" * 99}", "arguments": {{}}}}', ""),
        ('{"name": "gone. Everybody has agreed to it", "arguments": {}}', ""),
    ],
)
def test_which_function_was_looked_for(text: str, name: str) -> None:
    assert corrections.made_up(text, NAMES) == name


@pytest.mark.django_db(transaction=True)
def test_a_call_in_the_place_of_the_last_answer_is_not_shown(hand_over: Any, script: Any) -> None:
    names = ["look_up", "look_there", "look_about"]
    for name in names:
        operation(name, config={"text": "Monday is free."})
    model = script(*([(name, MONDAY)] for name in names), *['{"name": "look_up", "arguments": {"day": "friday"}}'] * 2)
    run = carried_out(hand_over())
    assert (run.status, model.choices[3:]) == ("completed", ["auto", "none"])
    assert run.answer == text_of(told(run)) == replies.unfinished("stuck", "en")


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_tells_what_was_called_is_one(hand_over: Any, script: Any) -> None:
    operation("look_up")
    script([("look_up", MONDAY)], "I asked look_up(day=monday): it is free.")
    assert carried_out(hand_over()).answer == "I asked look_up(day=monday): it is free."


@pytest.mark.django_db(transaction=True)
def test_who_writes_nothing_behind_a_result_must_answer_in_words(hand_over: Any, script: Any) -> None:
    operation("look_up", config={"text": "Monday is free."})
    model = script([("look_up", MONDAY)], " \n", "Monday is free.")
    run = carried_out(hand_over())
    assert (run.status, run.answer) == ("completed", "Monday is free.")
    assert model.read[2][-1].content == replies.ANSWER["en"]
    turns = run.steps.filter(kind="generate")
    assert [step.arguments["choice"] for step in turns] == ["auto", "auto", "none"]
    assert model.choices == ["auto"] * 3, "what was read of the functions need not be read again"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("strays", [[("look_up", FRIDAY)], 'look_up(day="friday")', " "])
def test_who_calls_where_it_must_answer_is_told_of_no_function(
    strays: Any, hand_over: Any, script: Any, done: Any
) -> None:
    operation("look_up", config={"text": "Monday is free."})
    model = script([("look_up", MONDAY)], "", strays, "Monday is free.")
    run = carried_out(hand_over())
    assert (run.status, run.answer, done) == ("completed", "Monday is free.", [("look_up", MONDAY)])
    assert text_of(told(run)) == "Monday is free."
    assert model.choices == ["auto", "auto", "auto", "none"]
    assert model.read[3] == [*model.read[2][:-2], model.read[2][-1]], "but for the turn in which it wrote nothing"
    assert run.usage["completion_tokens"] == 4 * 5


@pytest.mark.django_db(transaction=True)
def test_who_calls_what_is_done_must_answer_in_words(hand_over: Any, script: Any, done: Any) -> None:
    operation("book", writes=True)
    model = script([("book", MONDAY)], [("book", MONDAY)], "Monday is booked.")
    run = carried_out(hand_over())
    assert (run.status, run.answer, done) == ("completed", "Monday is booked.", [("book", MONDAY)])
    assert model.read[2][-1].content == replies.ANSWER["en"]
    wrong = [each for each in model.read[2][1:] if "an error" in each.content]
    assert wrong == [], "models that read of one say that nothing was booked"
    assert run.steps.filter(kind="tool").count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_writes_nothing_at_all_may_still_call(hand_over: Any, script: Any, done: Any) -> None:
    """Made to answer, a model would say that it has done what it has not."""
    operation("look_up", config={"text": "Monday is free."})
    model = script(" ", [("look_up", MONDAY)], "Monday is free.")
    run = carried_out(hand_over())
    assert (run.status, run.answer, done) == ("completed", "Monday is free.", [("look_up", MONDAY)])
    assert model.read[1][-1].content == corrections.NOTHING
    assert [step.arguments["choice"] for step in run.steps.filter(kind="generate")] == ["auto"] * 3


@pytest.mark.django_db(transaction=True)
def test_who_never_writes_anything_is_told_so_once(hand_over: Any, script: Any) -> None:
    operation("look_up")
    model = script(*["  "] * 5)
    run = carried_out(hand_over())
    assert (run.status, run.answer, len(model.read)) == ("completed", replies.NO_WORDS["en"], 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("writes", "fails", "second"), [(False, True, "required"), (False, False, "auto"), (True, True, "auto")]
)
def test_a_reading_call_that_failed_is_made_again(
    writes: bool, fails: bool, second: str, hand_over: Any, script: Any
) -> None:
    operation("look_up", writes=writes, config={"error": "No such day."} if fails else {})
    operation("look_elsewhere")
    script([("look_up", MONDAY)], [("look_elsewhere", MONDAY)], "Free.")
    run = carried_out(hand_over())
    assert (run.status, run.answer) == ("completed", "Free.")
    turns = run.steps.filter(kind="generate")
    assert [step.arguments["choice"] for step in turns] == ["auto", second, "auto"]
    assert [step.arguments["parallel"] for step in turns] == [True, second == "auto", True], "one is enough"
