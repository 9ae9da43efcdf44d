"""The loop: calls, results, bounds, and what a person sees of it."""

import math
import time
from typing import Any

import pytest
from quarry import runtime

from agents import selectors
from agents.loop import answers, results
from agents.models import Run
from apps.accounts.models import Group, User
from apps.audit.models import Event
from apps.knowledge.models import Document
from tests.agents.acting import carried_out, operation
from tests.fixtures.runs import text_of, told

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY, FRIDAY = {"day": "monday"}, {"day": "friday"}


def replied(model: Any, turn: int = -1) -> list[str]:
    """What the model had read of results by a turn."""
    return [message.content for message in model.read[turn] if message.role == "tool"]


def test_the_tiny_model_calls_through_the_real_engine_and_answers(hand_over: Any, calling: Any, done: Any) -> None:
    operation("look_up", config={"text": "Monday is free."})
    calling(1)
    run = carried_out(hand_over())
    assert run.status == "completed", run.error
    assert [name for name, _ in done] == ["look_up"]
    assert done[0][1]["day"] in ("monday", "friday")
    assert [(step.kind, step.status) for step in run.steps.all()] == [
        ("generate", "completed"),
        ("tool", "completed"),
        ("generate", "completed"),
    ]
    assert run.usage["completion_tokens"] > 0
    assert run.model_sha256
    assert Event.objects.get(action="question.answer").facts["called"] == ["look_up"]


def test_an_assistant_without_tools_answers_as_ever_in_its_own_words(
    hand_over: Any, library: Document, model: runtime.ModelInfo, employee: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Any] = []
    engine = runtime.generate

    def door(messages: Any, **more: Any) -> Any:
        read.append((messages, more["model"]))
        return engine(messages, **more)

    monkeypatch.setattr(runtime, "generate", door)
    fields = {"instructions": "Speak like a pirate.", "model_order": ["embedded"], "tools": []}
    run = carried_out(hand_over(question="When do unused days of leave expire?", **fields))
    assert run.status == "completed", run.error
    assert read[0][0][0].content.endswith("Speak like a pirate.")
    assert read[0][1] == ["embedded"]
    nowhere = carried_out(hand_over(question="When do unused days of leave expire?", collections=[], tools=[]))
    assert nowhere.steps.get(kind="search").result == {"found": [], "collections": 0}


def test_calls_that_only_read_run_side_by_side(hand_over: Any, script: Any, done: Any) -> None:
    operation("look_up", config={"seconds": 0.4})
    operation("look_there", config={"seconds": 0.4})
    script([("look_up", MONDAY), ("look_there", MONDAY), ("look_up", FRIDAY)], "Free.")
    began = time.monotonic()
    run = carried_out(hand_over())
    assert run.status == "completed", run.error
    assert time.monotonic() - began < 1.1, "not one after the other"
    assert sorted(map(str, done)) == sorted(
        map(str, [("look_up", MONDAY), ("look_there", MONDAY), ("look_up", FRIDAY)])
    )
    assert [step.call for step in run.steps.filter(kind="tool")] == ["call_1_1", "call_1_2", "call_1_3"]


def test_calls_that_write_keep_their_order_and_come_after_what_reads(hand_over: Any, script: Any, done: Any) -> None:
    operation("book", writes=True)
    operation("look_up")
    script([("book", FRIDAY), ("look_up", MONDAY), ("book", MONDAY)], "Booked.")
    assert carried_out(hand_over()).status == "completed"
    assert done == [("look_up", MONDAY), ("book", FRIDAY), ("book", MONDAY)]


def test_the_answer_cites_what_a_function_found(hand_over: Any, script: Any, library: Document) -> None:
    said = "Unused days of leave expire in March [1]."
    model = script([("search_knowledge", {"query": "When do unused days of leave expire?"})], said)
    run = carried_out(hand_over("knowledge-search", question="When do unused days of leave expire?"))
    assert run.status == "completed", run.error
    assert "[1] House rules" in replied(model)[0]
    assert run.citations[0]["document_id"] == str(library.pk)
    assert "expire in March" in run.citations[0]["quote"]
    assert text_of(told(run)) == run.answer


@pytest.mark.parametrize(("question", "choice"), [("How many days of leave?", "required"), ("謝謝您", "auto")])
def test_where_documents_can_be_searched_the_first_turn_is_a_call(
    hand_over: Any, script: Any, library: Document, question: str, choice: str
) -> None:
    script([("search_knowledge", {"query": "days of leave"})], "Seven days [1].")
    run = carried_out(hand_over("knowledge-search", question=question))
    assert [step.arguments["choice"] for step in run.steps.filter(kind="generate")] == [choice, "auto"]


@pytest.mark.parametrize(
    ("question", "offered"),
    [("How many days of leave?", ["search_knowledge"]), ("請幫我訂星期一的假，可以嗎？", ["book", "search_knowledge"])],
)
def test_who_only_asks_gets_nothing_done_before_it_was_looked_up(
    hand_over: Any, script: Any, library: Document, question: str, offered: list[str]
) -> None:
    operation("book", writes=True)
    model = script([("search_knowledge", {"query": "days of leave"})], "Seven days [1].")
    run = carried_out(hand_over("office", "knowledge-search", question=question))
    assert run.status == "completed", run.error
    assert [sorted(each) for each in model.offered] == [offered, ["book", "search_knowledge"]]


@pytest.mark.parametrize(
    ("description", "choice"), [("Searches the company's documents.", "required"), ("Finds trains.", "auto")]
)
def test_whatever_searches_documents_is_asked_first(hand_over: Any, script: Any, description: str, choice: str) -> None:
    query = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
    operation("search_all", description=description, parameters=query)
    script([("search_all", {"query": "leave"})], "Seven days.")
    run = carried_out(hand_over(question="How many days of leave?"))
    assert [step.arguments["choice"] for step in run.steps.filter(kind="generate")] == [choice, "auto"]


def test_who_only_asks_gets_nothing_done_at_once(hand_over: Any, script: Any) -> None:
    operation("book", writes=True)
    operation("look_up")
    model = script([("look_up", MONDAY)], "It is free.")
    run = carried_out(hand_over(question="Is it free on Monday?"))
    assert [sorted(each) for each in model.offered] == [["look_up"], ["book", "look_up"]]
    assert [step.arguments["choice"] for step in run.steps.filter(kind="generate")] == ["auto", "auto"]


def test_a_marker_without_a_passage_is_not_shown(hand_over: Any, script: Any) -> None:
    operation("look_up")
    script([("look_up", MONDAY)], "It is free [1] on Monday [7].")
    answer = carried_out(hand_over()).answer
    assert answer.startswith("It is free")
    assert "[" not in answer


def test_what_was_said_before_a_call_is_taken_back(hand_over: Any, script: Any) -> None:
    operation("look_up")
    script(["Let me see. ", ("look_up", MONDAY)], "Free.")
    run = carried_out(hand_over())
    assert run.answer == "Free."
    events = told(run)
    assert "restart" in [event.kind for event in events]
    assert text_of(events) == "Free."


def test_wrong_arguments_come_back_in_words_and_nothing_is_called(hand_over: Any, script: Any, done: Any) -> None:
    operation("look_up")
    model = script([("look_up", {"day": "someday"})], [("look_up", MONDAY)], "Free.")
    assert carried_out(hand_over()).status == "completed"
    assert done == [("look_up", MONDAY)]
    assert "an error" in replied(model)[0]
    assert "monday" in replied(model)[0], "the model is told what is possible"


def test_a_function_that_does_not_exist_is_answered_with_those_that_do(hand_over: Any, script: Any, done: Any) -> None:
    operation("look_up")
    model = script([("delete_all", MONDAY)], "I cannot.")
    run = carried_out(hand_over())
    assert done == []
    assert "look_up" in replied(model)[0]
    assert run.steps.get(kind="tool").status == "failed"


def test_an_error_of_a_function_reaches_the_model_and_one_more_try_is_given(
    hand_over: Any, script: Any, done: Any
) -> None:
    operation("look_up", config={"error": "The calendar is closed."})
    model = script(*[[("look_up", MONDAY)]] * 3, "It is closed.")
    run = carried_out(hand_over())
    assert "The calendar is closed." in replied(model)[0]
    assert len(done) == answers.TRIES
    assert "nothing new came back" in run.answer


@pytest.mark.parametrize("name", ["documents", "found", "text", "simple", "error"])
def test_arguments_may_have_any_name_for_who_reads_the_run(
    name: str, hand_over: Any, script: Any, employee: User, client_for: Any
) -> None:
    operation("count", parameters={"type": "object", "properties": {name: {"type": "array"}}, "required": [name]})
    arguments = {name: ["sales", 3]}
    script([("count", arguments)], "Three.")
    run = carried_out(hand_over())
    shown = client_for(employee).get(f"/api/v1/runs/{run.pk}")
    assert shown.status_code == 200
    assert [each["arguments"] for each in shown.json()["steps"] if each["kind"] == "tool"] == [arguments]


def test_an_argument_of_which_nothing_is_known_may_be_anything(hand_over: Any, script: Any, done: Any) -> None:
    anything = {"type": "object", "properties": {"filter": True, "note": True}, "required": ["filter"]}
    operation("find_order", parameters=anything, description="Looks orders up")
    operation("drop_order", parameters=anything, writes=True, needs_approval="always")
    script([("find_order", {"filter": {"id": 7}, "note": "urgent"})], [("drop_order", {"filter": 7})])
    run = carried_out(hand_over(question="Drop order 7."))
    assert (run.status, done) == ("awaiting_approval", [("find_order", {"filter": {"id": 7}, "note": "urgent"})])


def test_a_number_beyond_all_numbers_goes_back_to_the_model(hand_over: Any, script: Any, done: Any) -> None:
    operation("find_order", parameters={"type": "object", "properties": {"id": {"type": "number"}}, "required": ["id"]})
    script([("find_order", {"id": math.inf})], [("find_order", {"id": 7})], "Order 7.")
    run = carried_out(hand_over())
    assert (run.status, done) == ("completed", [("find_order", {"id": 7})])


def test_the_same_call_is_not_made_twice(hand_over: Any, script: Any, done: Any) -> None:
    operation("look_up")
    operation("book", writes=True)
    twice = [("book", MONDAY), ("book", MONDAY)]
    model = script(twice, [("look_up", MONDAY), ("book", MONDAY)], [("look_up", MONDAY)], "Done.")
    assert carried_out(hand_over()).status == "completed"
    assert done == [("book", MONDAY), ("look_up", MONDAY)]
    assert len(replied(model, 1)) == 1, "once is enough in one turn"
    assert "see result 1" in replied(model, 2)[2]
    assert len(replied(model, 3)) == 3, "the third is not even answered"


@pytest.mark.parametrize(
    ("bound", "why"),
    [
        ({"steps": 2}, "steps"),
        ({"calls": 1}, "calls"),
        ({"tokens": 20}, "too much to read"),
        ({"cost": 0.01}, "the budget was used up"),
    ],
)
def test_at_a_bound_the_answer_says_what_was_left(bound: Any, why: str, hand_over: Any, script: Any) -> None:
    operation("look_up", config={"text": "busy"})
    operation("look_there", config={"text": "also busy"})
    model = script([("look_up", MONDAY)], [("look_there", MONDAY)], [("look_up", FRIDAY)])
    run = carried_out(hand_over(limits=bound))
    assert run.status == "completed"
    assert why in run.answer
    assert len(model.read) == (3 if "calls" in bound else 4)
    assert model.choices[-2:] == ["auto", "none"], "it strays once, and is then told of no function"
    assert model.read[-2][-1].content == model.read[-1][-1].content
    assert model.read[-1][-1].content.startswith("Answer now")
    assert run.steps.filter(kind="generate").last().arguments["choice"] == "none"


def test_when_the_time_is_up_the_answer_comes_from_what_is_known(hand_over: Any, script: Any) -> None:
    operation("look_up", config={"seconds": 1.2})
    script([("look_up", MONDAY)], "Free.")
    run = carried_out(hand_over(limits={"seconds": 1}))
    assert run.status == "completed"
    assert run.answer.startswith("Free.")
    assert "the time was up" in run.answer


def test_in_chinese_the_bound_is_said_in_chinese(hand_over: Any, script: Any) -> None:
    operation("look_up")
    script([("look_up", MONDAY)], "星期一有空。")
    run = carried_out(hand_over(question="幫我看看星期一有沒有空？", limits={"steps": 1}))
    assert "步驟數已用完" in run.answer


def test_a_long_result_is_cut_and_can_be_read_on(hand_over: Any, script: Any) -> None:
    text = "\n".join(f"Line {number}: nothing of interest." for number in range(300)) + "\nThe code is 4711."
    operation("look_up", config={"text": text})
    state: dict[str, int] = {}

    def on(messages: Any) -> Any:
        state["from"] = int(messages[-1].content.rsplit("from ", 1)[1].split(".")[0])
        return [("read_more", {"result": 1, "from": len(text) - 100})]

    model = script([("look_up", MONDAY)], on, "4711.")
    run = carried_out(hand_over())
    assert "read_more" not in model.offered[0]
    assert "read_more" in model.offered[1]
    assert runtime.count_tokens(replied(model, 1)[0]) < results.BUDGET + 150
    assert "4711" in replied(model, 2)[1]
    assert run.steps.filter(name="look_up").get().result["truncated"] is True
    assert 0 < state["from"] < len(text)


def test_what_does_not_fit_into_the_context_is_shortened(hand_over: Any, script: Any) -> None:
    operation("look_up", config={"text": "word " * 3000})
    turns = [[("look_up", {"day": day, "n": n})] for n in range(8) for day in ("monday",)]
    model = script(*turns, "Done.")
    run = carried_out(hand_over(limits={"steps": 20}))
    assert run.status == "completed", run.error
    size = sum(runtime.count_tokens(message.content) for message in model.read[-1])
    assert size < run.plan["context"]


def test_a_function_that_is_closed_meanwhile_is_not_called(
    hand_over: Any, script: Any, done: Any, employee: User
) -> None:
    row = operation("book", writes=True)

    def closing(messages: Any) -> Any:
        row.tool.restricted = True
        row.tool.save()
        row.tool.groups.add(Group.objects.create(name="Others"))
        return [("book", MONDAY)]

    model = script(closing, "Not possible.")
    assert carried_out(hand_over()).status == "completed"
    assert done == []
    assert "not available" in replied(model)[0]


def test_a_run_is_stopped_between_calls(hand_over: Any, script: Any, done: Any, employee: User) -> None:
    operation("book", writes=True)
    script(lambda _: _stopping(run, employee), "Never said.")
    run = hand_over()
    assert carried_out(run).status == "cancelled"
    assert done == []


def _stopping(run: Run, person: User) -> Any:
    from agents import actions

    run.refresh_from_db()
    actions.cancel(person, run)
    time.sleep(0.1)
    return [("book", MONDAY)]


def test_employees_see_in_a_sentence_what_was_done(hand_over: Any, script: Any, employee: User) -> None:
    operation("look_up", tool="leave-system", title="Days left")
    script([("look_up", MONDAY)], "Seven.")
    run = carried_out(hand_over("leave-system"))
    facts = selectors.run_facts(employee, run)
    assert [step["simple"]["kind"] for step in facts["steps"]] == ["planned", "asked", "wrote"]
    assert facts["steps"][1]["simple"]["text"] == "Asked: Leave-System."
    assert facts["steps"][0]["result"]["usage"]["completion_tokens"] == 5
    assert facts["steps"][1]["arguments"] == MONDAY


def test_what_rests_on_a_document_that_is_not_theirs_any_more_is_left_out_of_the_trace(
    hand_over: Any, script: Any, library: Document, stranger: User
) -> None:
    script([("search_knowledge", {"query": "days of leave"})], "Seven days of leave after one year [1].")
    run = carried_out(hand_over("knowledge-search", person=stranger, question="How many days of leave?"))
    step = selectors.run_facts(stranger, run)["steps"][1]
    assert "seven days" in step["result"]["text"]
    library.collection.visibility = "groups"
    library.collection.save()
    step = selectors.run_facts(stranger, run)["steps"][1]
    assert (step["result"]["text"], step["result"]["data"], step["result"]["found"]) == (None, None, [])
