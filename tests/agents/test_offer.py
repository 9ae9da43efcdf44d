"""Which functions are offered, and which of them the first turn may call."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from quarry import runtime

from agents.loop import offer, plan, replies
from agents.tools.types import Function
from apps.knowledge.models import DIMENSION
from tests.agents.acting import DAY, carried_out, operation
from tests.knowledge.conftest import encode

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = {"day": "monday"}


def test_of_many_functions_those_are_offered_that_have_to_do_with_it(hand_over: Any, script: Any) -> None:
    for number in range(20):
        operation(f"unrelated_{number}", description=f"Measures the temperature of machine {number}.")
    operation("book_leave", description="Books days of vacation for the employee.", writes=True)
    model = script("Nothing.")
    run = carried_out(hand_over(question="Please book my vacation."))
    assert "book_leave" in model.offered[0]
    assert len(model.offered[0]) == offer.MOST
    assert len(run.plan["functions"]) == offer.MOST


def test_what_means_the_same_is_near_without_a_word_in_common(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "embed", encode)
    monkeypatch.setattr(runtime, "embedding_space", lambda: ("test-space", DIMENSION))
    functions = [Function(f"f{n}", f"Temperature of machine {n}", DAY, lambda *_: None) for n in range(20)]
    functions.insert(7, Function("leave", "Leave", {}, lambda *_: None))
    chosen = [each.name for each in offer.relevant(functions, ["vacation"])]
    assert "leave" in chosen
    assert chosen == sorted(chosen, key=[each.name for each in functions].index), "in the order that they came in"


def test_a_conversation_goes_on_with_its_functions_and_new_ones_come_behind_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runtime, "embed", lambda texts, kind: np.eye(20)[[int(text.split()[0]) for text in texts]])
    monkeypatch.setattr(runtime, "embedding_space", lambda: ("places", 20))
    monkeypatch.setattr(offer, "_description", lambda function: f"{function.name[1:]} is its place")
    functions = [Function(f"f{n}", "", {}, lambda *_: None) for n in range(20)]

    def chosen(*asked: str, called: tuple[str, ...] = ()) -> list[int]:
        return [int(each.name[1:]) for each in offer.relevant(functions, asked, called)]

    asked = ["15 first", "17 then", "15 again", "19 last"]
    monkeypatch.setattr(offer, "TURNS", 1)
    first = chosen(*asked[:1])
    assert first == sorted(first)
    assert 15 in first
    assert len(first) == offer.MOST
    grown = chosen(*asked[:2])
    assert grown[: len(first)] == first
    assert 17 in grown[len(first) :]
    assert chosen(*asked[:3]) == grown, "nothing new was asked for"
    monkeypatch.setattr(offer, "CEILING", len(grown))
    anew = chosen(*asked)
    assert (anew == sorted(anew), 19 in anew, len(anew)) == (True, True, offer.MOST)
    assert chosen(*asked, called=("f17",))[-1] == 17, "what was called stays"


def described(name: str, description: str, writes: bool = False) -> Function:
    query = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
    return Function(name, description, query, lambda *_: None, writes=writes)


@pytest.fixture(autouse=True)
def embedder_is_asked(nothing_embeds: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offer._away, "until", 0.0)


@pytest.fixture
def numbers_embed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts are near to each other that share numbers, or that have none or say "hub"."""

    def embed(texts: Sequence[str], kind: str) -> Any:
        said = [text.split() for text in texts]
        hub = [float("hub" in each or not any(word.isdecimal() for word in each)) for each in said]
        return np.array([[*(str(n) in each for n in range(20)), near] for each, near in zip(said, hub, strict=True)])

    monkeypatch.setattr(runtime, "embed", embed)
    monkeypatch.setattr(runtime, "embedding_space", lambda: ("numbers", 21))


def test_the_first_turn_may_call_what_is_nearest_and_search(numbers_embed: None) -> None:
    functions = [
        *(described(f"f{n}", f"does {n}") for n in range(12)),
        described("near_to_all", "hub"),
        described("search_rules", "Searches documents"),
    ]
    assert offer.first(functions, "1 3 hub 5 then 7") == ["f1", "f3", "f5", "f7", "search_rules"]
    assert offer.first(functions[: offer.FIRST + 1], "1 3") == [], "few are few enough"


def test_a_request_to_which_no_function_is_near_is_far_unless_documents_can_be_searched(numbers_embed: None) -> None:
    functions = [described(f"f{n}", f"does {n}") for n in range(3)]
    assert [offer.is_far(functions, asked) for asked in ("1 then", "7 then")] == [False, True]
    assert not offer.is_far([*functions, described("search_rules", "Searches documents")], "7 then")
    assert not offer.is_far([], "7 then")


@pytest.mark.parametrize(("question", "is_told"), [("Do 1 now", False), ("Do 7 now", True), ("請做 7 這件事", True)])
def test_behind_a_request_to_which_no_function_is_near_stands_that_there_may_be_none(
    question: str, is_told: bool, hand_over: Any, script: Any, numbers_embed: None
) -> None:
    operation("do_1", description="does 1")
    model = script("No function does this.")
    assert carried_out(hand_over(question=question)).status == "completed"
    hint = replies.MAY_BE_NONE["en" if question.isascii() else "zh-Hant"]
    assert (model.read[0][-1].content == f"{question}\n{hint}") is is_told
    assert plan.far([], question, ["Is there a room?"]) is False, "later questions may lean on others"


def test_who_does_not_answer_is_not_waited_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def unavailable(*_: Any) -> Any:
        asked.append(1)
        raise runtime.ModelUnavailable("There is no embedding worker.")

    monkeypatch.setattr(runtime, "embed", unavailable)
    monkeypatch.setattr(runtime, "embedding_space", lambda: ("none", 1))
    functions = [described(f"f{n}", "does it") for n in range(20)]
    assert [offer.first(functions, "anything"), offer.first(functions, "else")] == [[], []]
    assert len(asked) == 1
    monkeypatch.setattr(offer._away, "until", 0.0)
    offer.first(functions, "anything")
    assert len(asked) == 2, "but asked again later"


@pytest.mark.parametrize(
    ("question", "left"), [("And the other one?", False), ("Book a room for Monday morning", True)]
)
def test_a_question_that_leans_on_another_may_call_anything(
    question: str, left: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offer, "first", lambda functions, request: ["f1"])
    assert bool(plan.first([], question, ["Is there a room?"])) is left
    assert plan.first([], question, []) == ["f1"]


def test_only_the_nearest_are_allowed_first_and_all_after_that(
    hand_over: Any, script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offer, "first", lambda functions, request: ["look_up"])
    operation("look_up")
    operation("book", writes=True)
    model = script([("look_up", MONDAY)], "Free.")
    run = carried_out(hand_over())
    assert run.status == "completed", run.error
    assert [sorted(each) for each in model.offered] == [["look_up"], ["book", "look_up"]]


def test_what_searches_and_reads_comes_before_what_writes() -> None:
    functions = [
        Function("book", "", DAY, lambda *_: None, writes=True),
        Function("convert", "", DAY, lambda *_: None),
        Function("search_rules", "", {"required": ["q"], "properties": {"q": {"type": "string"}}}, lambda *_: None),
    ]
    assert [each.name for each in offer.relevant(functions, ["?"])] == ["search_rules", "convert", "book"]


def test_without_an_embedder_words_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(*_: Any) -> Any:
        raise runtime.ModelUnavailable("There is no embedding worker.")

    monkeypatch.setattr(runtime, "embed", unavailable)
    functions = [Function(f"f{n}", f"Temperature of machine {n}", DAY, lambda *_: None) for n in range(20)]
    functions.append(Function("leave", "申請特別休假", DAY, lambda *_: None))
    assert "leave" in [each.name for each in offer.relevant(functions, ["我要申請特別休假"])]
