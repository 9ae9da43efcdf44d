"""The published scoring in its sandbox: right answers pass, wrong ones fail, and hostile ones are not executed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.evaluation.bfcl import data, literal
from apps.evaluation.bfcl.checker import Checker, CheckFailed
from tests.evaluation.golds import calls

# Right answers that the published checker itself refuses.
REFUSED = {"parallel_multiple": 2, "live_simple": 2, "live_multiple": 3, "live_parallel": 1}
SINGLE = ("simple", "multiple", "parallel", "parallel_multiple")
LIVE = ("live_simple", "live_multiple", "live_parallel", "live_parallel_multiple")
TURNS = ("multi_turn_base", "multi_turn_miss_func", "multi_turn_miss_param", "multi_turn_long_context")


@pytest.fixture
def checker(benchmark: Path) -> Iterator[Checker]:
    with Checker(benchmark, cpu=900) as made:
        yield made


def valid(checker: Checker, task: data.Task, given: list[Any]) -> bool:
    facts = {"functions": task.facts["function"], "answer": task.answer, "category": task.category}
    return bool(checker.ask("calls", calls=given, **facts)["valid"])


def names_of(task: data.Task) -> list[str]:
    return [each["name"] for each in (*task.functions, *(f for more in task.later.values() for f in more))]


@pytest.mark.parametrize("category", [*SINGLE, *LIVE])
def test_right_calls_pass(benchmark: Path, checker: Checker, category: str) -> None:
    tasks = data.tasks(benchmark, category)
    refused = [task.key for task in tasks if not valid(checker, task, calls(task))]
    assert len(refused) == REFUSED.get(category, 0), refused


@pytest.mark.parametrize("category", [*SINGLE, *LIVE])
def test_wrong_calls_fail(benchmark: Path, checker: Checker, category: str) -> None:
    """None at all, one too many, one of another name, one with an argument that was not asked for."""
    for task in data.sample(benchmark, category, 20, seed=5):
        right = calls(task)
        ((name, arguments),) = right[0].items()
        assert not valid(checker, task, [])
        assert not valid(checker, task, [*right, right[0]])
        assert not valid(checker, task, [{"another": arguments}, *right[1:]])
        assert not valid(checker, task, [{name: {**arguments, "not_asked_for": 1}}, *right[1:]])


@pytest.mark.parametrize("category", TURNS)
def test_all_right_conversations_pass_and_cut_ones_fail(benchmark: Path, checker: Checker, category: str) -> None:
    tasks = data.tasks(benchmark, category)
    assert len(tasks) == 200
    for task in tasks:
        request = {"names": names_of(task), "answer": task.answer, "facts": task.facts}
        found = checker.ask("turns", turns=[[turn] if turn else [] for turn in task.answer or []], **request)
        assert found["valid"], (task.key, found)


def test_a_conversation_that_does_nothing_or_something_else_fails(benchmark: Path) -> None:
    task = data.tasks(benchmark, "multi_turn_base")[0]
    request: dict[str, Any] = {"names": names_of(task), "answer": task.answer, "facts": task.facts}
    assert task.answer
    nothing: list[list[list[str]]] = [[] for _ in task.answer]
    other = [[["mkdir(dir_name='elsewhere')"]], *([turn] for turn in task.answer[1:])]
    for turns, why in ((nothing, "empty_turn"), (other, "state_mismatch")):
        with Checker(benchmark) as checker:
            found = checker.ask("turns", turns=turns, **request)
        assert (found["valid"], why in found["error_type"]) == (False, True)


def test_the_state_stays_from_call_to_call(benchmark: Path, checker: Checker) -> None:
    task = data.tasks(benchmark, "multi_turn_base")[0]
    request: dict[str, Any] = {"names": names_of(task), "facts": task.facts}
    checker.ask("execute", calls=["mkdir(dir_name='new')"], **request)
    (listed,) = checker.ask("execute", calls=["ls()"], **request)
    assert "new" in json.loads(listed)["current_directory_content"]
    (refused,) = checker.ask("execute", calls=["cd(folder='nowhere')"], **request)
    assert "No such directory" in refused or "error" in refused.lower()


HOSTILE = [
    "__import__('os').system('touch {file}')",
    "ls(a=__import__('os').system('touch {file}'))",
    "ls(a=open('{file}', 'w'))",
    "ls(a=True) or open('{file}', 'w')",
    "ls(**dict(a=open('{file}', 'w')))",
    "(lambda: open('{file}', 'w'))()",
    "ls.__globals__['__builtins__'](a=1)",
    "_load_scenario(scenario={{}})",
    "[open('{file}', 'w') for _ in (1,)]",
    'ls(a=f\'{{open("{file}", "w")}}\')',
    "exec('import os')",
    "ls(a=" + "(" * 500 + ")" * 500 + ")",
    "ls(a=1); open('{file}', 'w')",
    "ls(\n",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_refused_in_the_child_itself(
    benchmark: Path, checker: Checker, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "evil"
    task = data.tasks(benchmark, "multi_turn_base")[0]
    request: dict[str, Any] = {"names": [*names_of(task)], "facts": task.facts}
    hostile = text.format(file=file)
    with pytest.raises(CheckFailed, match="NotLiteral"):
        checker.ask("execute", calls=[hostile], **request)
    with pytest.raises(CheckFailed, match="NotLiteral"):
        checker.ask("turns", turns=[[[hostile]]], answer=task.answer, **request)
    assert not file.exists()
    assert checker.ask("execute", calls=["ls()"], **request)


def test_names_of_arguments_cannot_break_out() -> None:
    assert literal.spoken("ls", {"a": "it's", "b": [1, {"x": None}]}) == "ls(a=\"it's\", b=[1, {'x': None}])"
    for key in ("a=1),__import__('os').system('x'", "a b", "*x", "**{}", "1", "", "a#"):
        with pytest.raises(literal.NotLiteral):
            literal.spoken("ls", {key: 1})
    with pytest.raises(literal.NotLiteral):
        literal.spoken("os.system", {"command": "x"})


def test_the_child_can_write_no_file_and_reach_no_network(benchmark: Path, checker: Checker, tmp_path: Path) -> None:
    """What the limits themselves hold, were something executed after all: the checker's own `eval` is let loose."""
    task = data.tasks(benchmark, "multi_turn_base")[0]
    facts = task.facts | {"initial_config": {}}
    file = tmp_path / "evil"
    writes = f"[open({str(file)!r}, 'w').write('x'), 1]"
    # The right answers of a task come with the benchmark and are not looked at: here they are the attacker's.
    with pytest.raises(CheckFailed):
        checker.ask("turns", turns=[[["ls()"]]], names=["ls"], answer=[[f"ls(a={writes})"]], facts=facts)
    assert not file.exists() or file.read_text() == ""


def test_a_request_without_end_is_ended(benchmark: Path) -> None:
    """The simulated calculator works out any power that it is asked for."""
    task = next(
        each for each in data.tasks(benchmark, "multi_turn_base") if "MathAPI" in each.facts["involved_classes"]
    )
    with Checker(benchmark, cpu=2) as checker, pytest.raises(CheckFailed, match="ended"):
        checker.ask("execute", calls=["power(base=9, exponent=999999999)"], names=["power"], facts=task.facts)
