"""By which arguments a call needs a person's agreement.

A rule is a list of conditions, of which one is enough:
`{"argument": "order.total", "operator": ">", "value": 1000}`. `argument` is a path; a part of it that is a number
counts into a list, `*` means each element; an argument whose own name has dots is found as well. Operators: `==`, `!=`,
`>`, `>=`, `<`, `<=`, `contains` (text in text, or a value in a list), `matches` (regular expression, anywhere) and
`present`. What cannot be evaluated asks: a missing argument to be compared, a text beside a number, an expression that
takes for ever. So does a text that only looks like one that asks: what cannot be seen in it hides nothing.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import regex

from agents.tools import patterns
from agents.tools.types import ApprovalPolicy

MOST_CONDITIONS = 50
MISSING = object()
KEYS = {"argument", "operator", "value"}
INVISIBLE = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cf}[\p{Cc}--\s]]+", regex.V1)


class _Unclear(Exception):
    """The condition cannot be evaluated."""


def asks(policy: ApprovalPolicy, arguments: Mapping[str, Any]) -> bool:
    """Whether a person must agree to a call with these arguments."""
    if policy.needs == "never":
        return False
    # An empty rule names nothing that goes without asking.
    return policy.needs != "rule" or not policy.rule or any(_holds(each, arguments) for each in policy.rule)


def fault(rule: Any) -> str:
    """What is wrong with a rule that an administrator wrote, as a sentence; empty where nothing is."""
    if not isinstance(rule, list) or not 0 < len(rule) <= MOST_CONDITIONS:
        return "A rule is a list of 1 to 50 conditions."
    for each in rule:
        if not isinstance(each, dict) or set(each) - KEYS or not isinstance(each.get("argument"), str):
            return "Each condition names an argument, an operator and a value."
        if not isinstance(each.get("operator"), str) or each["operator"] not in OPERATORS:
            return "The operators are ==, !=, >, >=, <, <=, contains, matches and present."
        if each["operator"] == "matches" and not (
            isinstance(each.get("value"), str) and patterns.readable(each["value"])
        ):
            return "The value beside “matches” is not a regular expression."
        if each["operator"] != "present" and "value" not in each:
            return "Each condition names an argument, an operator and a value."
    return ""


def _holds(condition: Mapping[str, Any], arguments: Mapping[str, Any]) -> bool:
    try:
        operator, argument = OPERATORS[condition["operator"]], condition["argument"]
        values = list(_values(arguments, argument.split(".")))
        if condition["operator"] == "present":
            return any(value is not MISSING for value in values)
        if not values:
            raise _Unclear
        if any(operator(value, condition["value"]) for value in values if value is not MISSING):
            return True
        return MISSING in values
    except Exception:  # the safe answer to whatever is wrong with a rule is to ask
        return True


def _values(value: Any, path: Sequence[str]) -> Iterator[Any]:
    """All that stands at the path, and `MISSING` for each place where it leads nowhere."""
    if not path:
        yield value
    elif path[0] == "*" and isinstance(value, list | Mapping):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _values(each, path[1:])
    elif isinstance(value, list) and path[0].isdecimal() and int(path[0]) < len(value):
        yield from _values(value[int(path[0])], path[1:])
    elif isinstance(value, Mapping) and (taken := _taken(value, path)):
        for parts in taken:
            yield from _values(value[".".join(path[:parts])], path[parts:])
    else:
        yield MISSING


def _taken(value: Mapping[str, Any], path: Sequence[str]) -> list[int]:
    """How many parts of the path are the name of something here: services call arguments `order.total`, too."""
    return [parts for parts in range(1, len(path) + 1) if ".".join(path[:parts]) in value]


def _number(value: Any) -> Decimal:
    """A number, or a text that says one: models write "1000" where they mean 1000."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise _Unclear
    try:
        number = Decimal(str(value).strip().replace(",", ""))
    except InvalidOperation:
        raise _Unclear from None
    if not number.is_finite():
        raise _Unclear
    return number


def _equal(value: Any, other: Any) -> bool:
    if isinstance(value, bool) or isinstance(other, bool):
        if type(value) is not type(other):
            raise _Unclear  # "true" is not clearly true
        return value is other
    try:
        return _number(value) == _number(other)
    except _Unclear:
        return _folded(value) == _folded(other)


def _folded(value: Any) -> Any:
    """Text without what only looks different: case, width, space around it."""
    return unicodedata.normalize("NFKC", value).strip().casefold() if isinstance(value, str) else value


def _seen(value: Any) -> Any:
    """What a reader sees of a text, or of the texts in a list or an object; a text of which nothing is seen stays."""
    match value:
        case str():
            return unicodedata.normalize("NFKC", INVISIBLE.sub("", value)) or value
        case list():
            return [_seen(each) for each in value]
        case Mapping():
            return {_seen(key): _seen(each) for key, each in value.items()}
    return value


def _contains(value: Any, other: Any) -> bool:
    if isinstance(value, str):
        return _folded(str(other)) in _folded(value)
    if isinstance(value, list | Mapping):
        return any(_equal(each, other) for each in value)
    raise _Unclear


def _matches(value: Any, pattern: Any) -> bool:
    if isinstance(value, list | Mapping):
        raise _Unclear
    text = str(value)
    return patterns.found(pattern, text) or patterns.found(pattern, _seen(text))


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda value, other: _equal(value, other) or _equal(_seen(value), _seen(other)),
    "!=": lambda value, other: not _equal(value, other),
    ">": lambda value, other: _number(value) > _number(other),
    ">=": lambda value, other: _number(value) >= _number(other),
    "<": lambda value, other: _number(value) < _number(other),
    "<=": lambda value, other: _number(value) <= _number(other),
    "contains": lambda value, other: _contains(value, other) or _contains(_seen(value), _seen(other)),
    "matches": _matches,
    "present": lambda value, other: True,
}
