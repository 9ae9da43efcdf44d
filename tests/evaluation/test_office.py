"""Our own set: complete, and judged as its head says."""

import json
import re
from collections import Counter
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from quarry.runtime import ToolCall

from apps.evaluation import office
from apps.evaluation.office import contents, judge, matches, tools, value_of

SETS = ["office", "more"]


def given(expected: Any) -> Any:
    """A right value."""
    match expected:
        case {"has": words}:
            return " ".join(next(one for one in each.split("|") if re.search(each, one)) for each in words) or "x"
        case {"equals": number}:
            return str(number)
        case list():
            return expected[0]
    return expected


def right(case: dict[str, Any]) -> ToolCall:
    return ToolCall("1", case["function"], {name: given(value) for name, value in case["arguments"].items()})


@pytest.mark.parametrize("name", SETS)
def test_it_is_what_it_says(name: str) -> None:
    cases = contents(name)["case"]
    assert len(cases) == len({case["request"] for case in cases}) == 100
    assert Counter(case["language"] for case in cases) == {"en": 50, "zh-Hant": 50}
    assert Counter(case["function"] for case in cases) == {tool.name: 10 for tool in tools()}
    assert len(tools()) == 10
    assert office.today().strftime("%A") == "Tuesday"


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("number", range(100))
def test_each_expected_call_can_be_made_and_is_right(name: str, number: int) -> None:
    case = contents(name)["case"][number]
    call = right(case)
    tool = next(tool for tool in tools() if tool.name == call.name)
    assert list(Draft202012Validator(dict(tool.parameters)).iter_errors(dict(call.arguments))) == []
    assert judge(case, [call]) == ""


def test_wrong_calls_are_wrong() -> None:
    for case in [*contents()["case"], *contents("more")["case"]]:
        call = right(case)
        assert "0 calls" in judge(case, [])
        assert "2 calls" in judge(case, [call, call])
        assert "instead of" in judge(case, [ToolCall("1", "another", call.arguments)])
        assert judge(case, [ToolCall("1", call.name, {**call.arguments, "invented": 1})]) == "not asked for: invented"
        first = next(iter(case["arguments"]))
        assert (
            judge(case, [ToolCall("1", call.name, {**call.arguments, first: "something else"})]) or first == "subject"
        )


@pytest.mark.parametrize(
    ("expected", "value", "same"),
    [
        ("14:00", "14:00", True),
        ("09:30", "9:30", True),
        ("See attached invoice", "see attached invoice.", True),
        ("合作愉快", "「合作愉快」", True),
        ("en", "de", False),
        ("1", 1, False),
        (60, 60, True),
        (60, 60.0, True),
        (60, "60", False),
        (1, True, False),
        (60, 90, False),
        (["Taipei", "台北"], "taipei", True),
        (["2026-11-24", ""], "", True),
        ({"has": ["travel|business"]}, "Business class", True),
        ({"has": ["a", "b"]}, "a", False),
        ({"equals": 12690}, "84600 * 0.15", True),
        ({"equals": 12690}, "15% * 84600", True),
        ({"equals": 12690}, "15% of 84600", False),
        ({"equals": 4096}, "2 ^ 12", True),
    ],
)
def test_values_are_compared_by_what_they_mean(expected: Any, value: Any, same: bool) -> None:
    assert matches(expected, value) is same


def test_expressions_are_only_arithmetic() -> None:
    assert value_of("(5600 + 7200) / 4") == 3200
    for text in ("__import__('os')", "2 ** 99999", "1 / 0", "(" * 400, "'a' * 3", "x", ""):
        assert value_of(text) is None


def test_the_tools_are_plain_json() -> None:
    listed = json.loads((office.SETS / "office_tools.json").read_text(encoding="utf-8"))
    assert all(each["description"] for each in listed)
