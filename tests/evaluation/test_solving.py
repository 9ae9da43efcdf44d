"""BFCL's tasks, done by a model that knows the right answers, and by some that do not."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from apps.evaluation.bfcl import CATEGORIES, SIZES, data, solving
from apps.evaluation.bfcl.data import Task
from apps.evaluation.bfcl.solving import MORE, Bfcl
from apps.evaluation.harness import Harness
from tests.evaluation.golds import calls
from tests.evaluation.scripted import MODEL, Line, scripted


@pytest.fixture
def bfcl(benchmark: Path, monkeypatch: pytest.MonkeyPatch) -> Bfcl:
    monkeypatch.setattr(solving.wheel, "folder", lambda: benchmark)
    return Bfcl()


def named(call: Mapping[str, Any]) -> tuple[str, Any]:
    ((name, arguments),) = call.items()
    return re.sub(r"[^A-Za-z0-9_-]", "_", name), arguments


def first(bfcl: Bfcl, category: str) -> Task:
    return data.tasks(bfcl.folder, category)[0]


@pytest.mark.parametrize("category", ["simple", "multiple", "parallel", "live_parallel_multiple"])
def test_right_calls_are_right_under_their_own_names(bfcl: Bfcl, category: str) -> None:
    task = first(bfcl, category)
    with scripted([named(call) for call in calls(task)]):
        judged = bfcl.solve(category, task.key, Harness(MODEL))
    assert (judged.right, judged.malformed) == (True, 0), judged.facts
    assert judged.calls == calls(task)


def test_calls_one_after_another_count_as_those_at_once(bfcl: Bfcl) -> None:
    task = first(bfcl, "parallel")
    right = [named(call) for call in calls(task)]
    assert len(right) > 1
    with scripted(*[[call] for call in right], "Done.") as model:
        judged = bfcl.solve("parallel", task.key, Harness(MODEL))
    assert (judged.right, judged.malformed, len(model.talks)) == (True, 0, len(right) + 1), judged.facts
    assert judged.calls == calls(task)


@pytest.mark.parametrize("category", ["simple", "parallel"])
def test_words_are_wrong_where_calls_are_wanted(bfcl: Bfcl, category: str) -> None:
    with scripted("I do not know."):
        judged = bfcl.solve(category, first(bfcl, category).key, Harness(MODEL))
    assert (judged.right, judged.malformed, judged.calls) == (False, 0, [])
    assert "Wrong number of functions." in judged.facts["why"]


@pytest.mark.parametrize(
    ("category", "words"), [("irrelevance", True), ("live_irrelevance", True), ("live_relevance", False)]
)
def test_whether_to_call_at_all(bfcl: Bfcl, category: str, words: bool) -> None:
    task = first(bfcl, category)
    anything: Line = [named({task.functions[0]["name"]: {}})]
    for line, right in (("No tool does that.", words), (anything, not words)):
        with scripted(line):
            assert bfcl.solve(category, task.key, Harness(MODEL)).right is right


def spoken(text: str) -> tuple[str, dict[str, Any]]:
    """A right call of a conversation, `f(a=1)`, as a model makes it."""
    name, _, arguments = text.partition("(")
    return name, eval(f"dict({arguments}")  # noqa: S307  the benchmark's own words


def conversation(task: Task) -> list[Line]:
    """Each turn's calls one by one, then a word."""
    return [line for turn in task.answer or [] for line in (*([spoken(call)] for call in turn), "Done.")]


@pytest.mark.parametrize("category", ["multi_turn_base", "multi_turn_miss_func", "multi_turn_long_context"])
def test_a_conversation_of_right_calls_is_right(bfcl: Bfcl, category: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.loop.offer.MOST", 99)  # there is no embedder here
    keyed = (task for task in data.tasks(bfcl.folder, category) if not _by_place(task))
    task = next(keyed)
    with scripted(*conversation(task)) as model:
        judged = bfcl.solve(category, task.key, Harness(MODEL))
    assert judged.right, judged.facts
    assert [len(turn) for turn in judged.calls] == [len(turn) for turn in task.answer or []]
    results = [each for each in model.last.json["messages"] if each["role"] == "tool"]
    assert len(results) == sum(len(turn) for turn in task.answer or [])
    asked = [each["content"] for each in model.last.json["messages"] if each["role"] == "user"]
    assert (MORE in asked) == (category == "multi_turn_miss_func")


def _by_place(task: Task) -> bool:
    """Whether a right call gives an argument by its place, which no model can."""
    return any(re.search(r"\(\s*['\"\d\[]", call) for turn in task.answer or [] for call in turn)


def test_going_round_in_circles_ends_the_turn_and_errors_are_told(bfcl: Bfcl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.loop.offer.MOST", 99)
    task = first(bfcl, "multi_turn_base")
    with scripted([("cd", {"folder": "nowhere"})]) as model:
        judged = bfcl.solve("multi_turn_base", task.key, Harness(MODEL))
    assert not judged.right
    assert len(model.talks) == 4 * len(task.turns), "once more, then it is told to answer"
    result = next(each for each in model.last.json["messages"] if each["role"] == "tool")
    assert "nowhere" in result["content"]


def test_a_hostile_name_of_an_argument_is_an_error_and_no_code(bfcl: Bfcl, tmp_path: Path) -> None:
    file = tmp_path / "evil"
    hostile = {f"a=open({str(file)!r}, 'w'), b": 1}
    task = first(bfcl, "multi_turn_base")
    with scripted([("ls", hostile)], "Done."), pytest.MonkeyPatch.context() as patch:
        patch.setattr("agents.loop.offer.MOST", 99)
        judged = bfcl.solve("multi_turn_base", task.key, Harness(MODEL))
    assert (judged.right, judged.calls[0]) == (False, [])
    assert not file.exists()


def test_a_part_of_a_sample_says_something_of_every_category(bfcl: Bfcl) -> None:
    wanted = {"categories": ["simple", "irrelevance", "multi_turn_base"], "limit": 4, "limit_turns": 2, "seed": 1}
    single = ["simple", "irrelevance"]
    half = [*wanted["categories"], *single]
    assert [category for category, _ in bfcl.draw(wanted)] == half * 2


def test_every_task_has_a_key_of_its_own(bfcl: Bfcl) -> None:
    everything = {"categories": CATEGORIES, "limit": None, "limit_turns": None, "seed": 1}
    drawn = bfcl.draw(everything)
    assert len({key for _, key in drawn}) == len(drawn) == sum(SIZES.values())
