"""By which arguments a person is asked; what cannot be evaluated asks."""

from typing import Any

import pytest

from agents.tools import rules
from agents.tools.types import ApprovalPolicy

ARGUMENTS = {
    "total": 1500,
    "text_total": "1,500",
    "to": ["Boss@Example.test", "x@example.test"],
    "order": {"items": [{"price": 10}, {"price": 99}], "urgent": True},
    "note": "Ｄelete everything",
    "filter.status": "open",
    "page": {"max.size": 5},
    "lines": [{"amount": 5}, {"price": 99999}],
    "from": "me@e\u200bvil.test",
    "cc": ["you@ev\u3164il.test", "bo\u00adss@example.test"],
    "code": "1\u20605\u034f00",
    "site": "ｅｖｉｌ.test",
    "family": "👩\u200d👧",
}


def asks(argument: str, operator: str, value: Any = None) -> bool:
    rule = [{"argument": argument, "operator": operator, "value": value}]
    return rules.asks(ApprovalPolicy("rule", rule), ARGUMENTS)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (("total", ">", 1000), True),
        (("total", ">", 1500), False),
        (("total", ">=", "1500"), True),
        (("total", "<=", 1499), False),
        (("text_total", "<", 1501), True),
        (("text_total", "==", 1500), True),
        (("to", "contains", "boss@example.test"), True),
        (("to", "contains", "other@example.test"), False),
        (("to.1", "matches", r"@example\.test$"), True),
        (("to.*", "matches", r"@elsewhere"), False),
        (("order.items.*.price", ">", 50), True),
        (("order.items.*.price", ">", 100), False),
        (("order.urgent", "==", True), True),
        (("order.urgent", "!=", True), False),
        (("note", "contains", "delete"), True),
        (("note", "present"), True),
        (("missing", "present"), False),
        (("filter.status", "present"), True),
        (("filter.status", "==", "open"), True),
        (("filter.status", "==", "closed"), False),
        (("page.max.size", ">", 5), False),
        (("lines.*.amount", "present"), True),
        (("lines.*.total", "present"), False),
    ],
)
def test_a_condition_that_can_be_evaluated(condition: tuple[Any, ...], expected: bool) -> None:
    assert asks(*condition) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (("from", "contains", "evil.test"), True),
        (("from", "matches", r"@evil\.test$"), True),
        (("from", "==", "me@evil.test"), True),
        (("from", "!=", "me@evil.test"), True),
        (("cc", "contains", "you@evil.test"), True),
        (("cc.*", "contains", "@evil"), True),
        (("cc.1", "!=", "boss@example.test"), True),
        (("code", "==", 1500), True),
        (("site", "matches", "evil"), True),
        (("family", "contains", "evil"), False),
        (("family", "!=", "👩\u200d👧"), False),
        (("family", "contains", "\u200d"), True),
        (("family", "matches", "[\u200d]"), True),
        (("note", "contains", "\u200b"), False),
        (("note", "matches", "[\u200b]"), False),
        (("note", "contains", "dele\u200bte"), True),
        (("from", "contains", "good.test"), False),
    ],
)
def test_what_cannot_be_seen_hides_nothing(condition: tuple[Any, ...], expected: bool) -> None:
    assert asks(*condition) is expected


@pytest.mark.parametrize(
    "condition",
    [
        ("missing", ">", 1),
        ("missing", "==", "x"),
        ("lines.*.amount", ">", 1000),
        ("note", ">", 1),
        ("total", ">", "a lot"),
        ("order.urgent", "==", "true"),
        ("total", "matches", "(unclosed"),
        ("total", "resembles", 1),
        ("order", "contains", {"deep": "thing"}),
    ],
)
def test_what_cannot_be_evaluated_asks(condition: tuple[Any, ...]) -> None:
    if condition[0] == "order":
        assert asks(*condition) is False  # it can: nothing in it is equal
        return
    assert asks(*condition) is True


def test_an_expression_that_takes_for_ever_asks() -> None:
    rule = [{"argument": "text", "operator": "matches", "value": r"^(\w+\s?)*$"}]
    assert rules.asks(ApprovalPolicy("rule", rule), {"text": "word " * 30 + "!"}) in (True, False)
    slow = [{"argument": "text", "operator": "matches", "value": r"(?:a|aa|b?a)+(?:a|ab?)+c\b$"}]
    assert rules.asks(ApprovalPolicy("rule", slow), {"text": "a" * 5000}) is True


def test_one_condition_is_enough_and_the_policy_decides_first() -> None:
    rule = [
        {"argument": "total", "operator": ">", "value": 9999},
        {"argument": "note", "operator": "present"},
    ]
    assert rules.asks(ApprovalPolicy("rule", rule), ARGUMENTS)
    assert not rules.asks(ApprovalPolicy("rule", rule[:1]), ARGUMENTS)
    assert rules.asks(ApprovalPolicy("rule", ()), ARGUMENTS)
    assert rules.asks(ApprovalPolicy("always", rule[:1]), ARGUMENTS)
    assert not rules.asks(ApprovalPolicy("never", rule), ARGUMENTS)


@pytest.mark.parametrize(
    "rule",
    [
        {},
        [],
        [{}],
        ["x"],
        [{"argument": "a", "operator": "~", "value": 1}],
        [{"argument": "a", "operator": ["=="], "value": 1}],
        [{"argument": "a", "operator": ">"}],
        [{"argument": 1, "operator": ">", "value": 1}],
        [{"argument": "a", "operator": "matches", "value": "("}],
        [{"argument": "a", "operator": "matches", "value": "(?au)a"}],
        [{"argument": "a", "operator": ">", "value": 1, "unless": 2}],
        [{"argument": "a", "operator": "present"}] * 51,
    ],
)
def test_a_rule_that_is_none_is_told(rule: Any) -> None:
    assert rules.fault(rule)


def test_a_rule_that_is_one() -> None:
    assert rules.fault([{"argument": "a.b", "operator": "present"}]) == ""
    assert rules.fault([{"argument": "a", "operator": "matches", "value": "^x"}]) == ""
