"""Our own sets: a hundred requests of office life in two languages, one call each, with ten tools on offer; and a
hundred `more`, written by somebody who knew neither those nor the harness."""

import ast
import json
import operator
import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from quarry.runtime import Message, Tool, ToolCall

from agents.loop import toolprompt
from apps.evaluation.asking import Asker
from apps.evaluation.judgement import Judgement

SETS = Path(__file__).with_name("sets")
CLOCK = re.compile(r"^(\d):(\d\d)$")
OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
LARGEST_POWER = 100


class Office:
    """The set as a benchmark; its categories are the languages."""

    def draw(self, options: Mapping[str, Any]) -> list[tuple[str, str]]:
        """All of one set, or the first where there is a limit."""
        name = "more" if options.get("more") else "office"
        cases = list(enumerate(contents(name)["case"], start=1))
        return [(case["language"], f"{name}_{number}") for number, case in cases][: options.get("limit")]

    def solve(self, category: str, key: str, asker: Asker) -> Judgement:
        name, _, number = key.partition("_")
        case = contents(name)["case"][int(number) - 1]
        told = [Message("user", case["request"])]
        if not asker.harness:  # which says it in its system text
            told.insert(0, Message("system", toolprompt.day(today())))
        reply = asker.reply(told, tools())
        wrong = judge(case, reply.calls)
        calls = [{call.name: dict(call.arguments)} for call in reply.calls]
        facts = {"text": reply.text, "attempts": reply.attempts, "tagged": reply.tagged, "why": wrong}
        return Judgement(not wrong, reply.malformed, calls, facts)


@cache
def contents(name: str = "office") -> dict[str, Any]:
    return tomllib.loads((SETS / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def tools() -> tuple[Tool, ...]:
    return tuple(Tool(each["name"], each["description"], each["parameters"]) for each in _functions())


def reading() -> frozenset[str]:
    """The functions that change nothing."""
    return frozenset(each["name"] for each in _functions() if not each["writes"])


@cache
def _functions() -> list[dict[str, Any]]:
    return list(json.loads((SETS / "office_tools.json").read_text(encoding="utf-8")))


def today() -> date:
    """The day on which the requests are made."""
    return date.fromisoformat(contents()["today"])


def judge(case: Mapping[str, Any], calls: Sequence[ToolCall]) -> str:
    """What is wrong with the calls; empty where they are right."""
    if len(calls) != 1:
        return f"{len(calls)} calls instead of one"
    call, expected = calls[0], case["arguments"]
    if call.name != case["function"]:
        return f"{call.name} instead of {case['function']}"
    free = contents()["free"].get(call.name, [])
    if added := call.arguments.keys() - expected.keys() - set(free):
        return f"not asked for: {', '.join(sorted(added))}"
    wrong = [name for name, value in expected.items() if not matches(value, call.arguments.get(name, ""))]
    return f"wrong: {', '.join(wrong)}" if wrong else ""


def matches(expected: Any, given: Any) -> bool:
    """Whether an argument is as expected; see the head of office.toml."""
    match expected:
        case {"has": words}:
            return all(re.search(each, _plain(given)) for each in words)
        case {"equals": number}:
            return _same_number(number, value_of(str(given)))
        case list():
            return any(matches(each, given) for each in expected)
        case str():
            return isinstance(given, str) and _plain(expected) == _plain(given)
    return isinstance(given, int | float) and not isinstance(given, bool) and _same_number(expected, given)


def value_of(expression: str) -> float | None:
    """What an arithmetical expression comes to; None where it is none."""
    plain = re.sub(r"(\d+(?:\.\d+)?)%", r"(\1/100)", expression.replace("^", "**").replace("×", "*").replace("÷", "/"))
    try:
        return _value(ast.parse(plain.strip(), mode="eval").body)
    except (SyntaxError, ValueError, ArithmeticError, RecursionError):
        return None


def _value(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
            return float(OPERATORS[type(op)](_value(operand)))
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            base, power = _value(left), _value(right)
            if abs(power) > LARGEST_POWER:
                raise ValueError("too large")
            return float(base**power)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return float(OPERATORS[type(op)](_value(left), _value(right)))
    raise ValueError("no arithmetic")


def _same_number(expected: float, given: float | None) -> bool:
    return given is not None and abs(expected - given) < 1e-6 * max(1.0, abs(expected))


def _plain(value: Any) -> str:
    """A text without what does not matter: width of letters, capitals, marks around it."""
    text = unicodedata.normalize("NFKC", str(value)).casefold()
    text = " ".join(text.split()).strip(" .。!?'\"「」“”")
    return CLOCK.sub(r"0\1:\2", text)
