"""The benchmark's functions as tools: what is right for it satisfies what we make of it."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from quarry.runtime import toolgrammar

from apps.evaluation.bfcl import CATEGORIES, SIZES, data
from apps.evaluation.bfcl.schema import json_schema, offered
from tests.evaluation.golds import calls

# Right answers that contradict the type that the benchmark itself gives; nothing to convert would help.
CONTRADICTIONS = {
    "simple": 1,
    "parallel": 1,
    "parallel_multiple": 2,
    "live_simple": 2,
    "live_multiple": 35,
    "live_parallel_multiple": 1,
}


def test_types_of_python_become_those_of_json() -> None:
    found = json_schema(
        {
            "type": "dict",
            "properties": {
                "at": {"type": "tuple", "items": {"type": "float"}, "description": "Where"},
                "more": {"type": "dict", "properties": {"x": {"type": "any"}}, "required": ["x", "gone"]},
                "free": {"type": "dict"},
            },
            "required": ["at"],
        }
    )
    assert (found["type"], found["required"]) == ("object", ["at"])
    assert found["properties"]["at"] == {"type": "array", "items": {"type": "number"}, "description": "Where"}
    assert found["properties"]["more"]["required"] == ["x"]
    assert found["properties"]["free"] == {"type": "object"}
    checked = Draft202012Validator(found)
    assert checked.is_valid({"at": [1, 2.5], "more": {"x": None}})
    assert not checked.is_valid({"at": ["1"]})
    assert not checked.is_valid({"at": [1], "more": {}})


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "array", "items": {"type": "string"}, "enum": ["a", "b"]}, [["a"], []], ["a", ["c"]]),
        ({"type": "boolean", "enum": ["True", "False", "dontcare"]}, [True, False, "dontcare"], ["True", 1.5]),
        ({"type": "integer", "enum": ["1", "2"]}, [1, 2], ["1", 3]),
        ({"type": "string", "default": None}, ["x", None], [1]),
        ({"type": "string", "enum": ["s", "ms"], "default": "N/A"}, ["s", "N/A"], ["h", None]),
        ({"type": "dict", "properties": {}, "default": None}, [{}, None], ["x"]),
    ],
)
def test_lists_and_defaults_that_contradict_the_type_mean_what_they_say(
    schema: dict[str, Any], good: list[Any], bad: list[Any]
) -> None:
    checked = Draft202012Validator(json_schema(schema))
    assert [each for each in good if not checked.is_valid(each)] == []
    assert [each for each in bad if checked.is_valid(each)] == []


def test_names_are_allowed_and_lead_back() -> None:
    made = offered([{"name": name, "description": "", "parameters": {}} for name in ("a.b", "a_b", "a..b")])
    assert [tool.name for tool in made.tools] == ["a_b", "a_b_2", "a__b"]
    assert list(made.names.values()) == ["a.b", "a_b", "a..b"]


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_task_can_be_offered_and_its_right_answer_given(benchmark: Path, category: str) -> None:
    tasks = data.tasks(benchmark, category)
    assert len(tasks) == SIZES[category]
    wrong = 0
    for task in tasks:
        made = offered(task.functions)
        schemas = {made.names[tool.name]: Draft202012Validator(dict(tool.parameters)) for tool in made.tools}
        given = [] if task.several_turns else calls(task)
        wrong += any(
            not schemas[name].is_valid(args) for call in given for name, args in call.items() if name in schemas
        )
    assert wrong <= CONTRADICTIONS.get(category, 0)


@pytest.mark.parametrize("category", ["multiple", "live_multiple", "multi_turn_base"])
def test_a_grammar_can_be_made_of_what_is_offered(benchmark: Path, category: str) -> None:
    for task in data.sample(benchmark, category, 10, seed=3):
        assert toolgrammar.rules(offered(task.functions).tools[:12], "auto", True, None, False).grammar


def test_a_sample_is_the_same_every_time(benchmark: Path) -> None:
    first, again = (data.sample(benchmark, "simple", 5, seed=1) for _ in range(2))
    assert [task.key for task in first] == [task.key for task in again]
    assert [task.key for task in data.sample(benchmark, "simple", 5, seed=2)] != [task.key for task in first]
    assert len({task.key for task in first}) == 5


def test_what_is_held_back_comes_later(benchmark: Path) -> None:
    task = next(each for each in data.tasks(benchmark, "multi_turn_miss_func") if each.later)
    ((turn, functions),) = task.later.items()
    assert task.turns[turn] == []
    assert functions
    assert not {each["name"] for each in functions} & {each["name"] for each in task.functions}
