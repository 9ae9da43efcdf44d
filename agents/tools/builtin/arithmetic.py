"""Evaluating what people and models write as a calculation: exact decimals, within bounds, and no code is run."""

import ast
import math
import operator
import re
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Context, Decimal, DecimalException, InvalidOperation, localcontext

from agents.tools.types import ToolError

LONGEST, MOST_NODES = 500, 200
PLACES, WHOLE = 28, 40  # significant digits of what is shown; digits up to which a number is written out
EXACT = Context(prec=120, Emax=5000, Emin=-5000)
NUMBER = r"\d[\d_]*(?:\.\d+)?"
GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
# Within a function a comma stands between numbers; beside such ones it may as well stand within them.
UNCLEAR = re.compile(
    r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!\d).*,\s|,\s.*(?<![\d.,])\d{1,3}(?:,\d{3})+(?!\d)|\d,000(?!\d)", re.DOTALL
)
RAISED = re.compile(r"[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
PERCENT = re.compile(rf"({NUMBER})\s*%(?!\s*[\w(.])")
OF = re.compile(rf"({NUMBER})\s*%\s*(?:of\b|的)")
WORDS = (("×", "*"), ("✕", "*"), ("÷", "/"), ("−", "-"), ("–", "-"), ("^", "**"), ("√", "sqrt"))
# From the largest down: a number is first divided at the largest that is in it.
UNITS = {"兆": 10**12, **dict.fromkeys("億亿", 10**8), **dict.fromkeys("萬万", 10**4), "千": 1000, "百": 100, "十": 10}
UNIT = "".join(UNITS)
SAID = re.compile(rf"(?<![\d.])(?:{NUMBER}\s*[{UNIT}]+\s*)*{NUMBER}\s*[{UNIT}]+\d*(?![\d._eE{UNIT}])")
MONEY = re.compile(r"NT\$|US\$|\$|(?:元|塊)(?!\s*\d)")

Number = Decimal


class _Percent(Decimal):
    """A percentage: added to a number, it is meant of that number."""


def evaluate(expression: str) -> Decimal:
    """The value of the expression, or a ToolError that says what is wrong with it."""
    written = normalised(expression)
    try:
        tree = ast.parse(written, mode="eval")
        if sum(1 for _ in ast.walk(tree)) > MOST_NODES:
            raise ToolError("The calculation is too long. Do it in parts.")
        with localcontext(EXACT):
            return _finite(Decimal(_value(_exact(tree, written).body)))
    except (SyntaxError, MemoryError, RecursionError, ValueError):
        raise ToolError(
            "This is not a calculation with numbers. Write it like (12.5 + 3) * 4. What stands in documents or sheets "
            "is looked up by another function first."
        ) from None
    except (DecimalException, OverflowError, ZeroDivisionError) as error:
        text = (
            "A division by zero." if isinstance(error, ZeroDivisionError) else "The result is too large or undefined."
        )
        raise ToolError(f"{text} Correct the calculation.") from None


def normalised(expression: str) -> str:
    """The expression as Python would read it."""
    raised = RAISED.sub(r"**(\g<0>)", expression)  # before they become ordinary digits
    text = unicodedata.normalize("NFKC", raised).strip().rstrip("=?").strip()
    if len(text) > LONGEST:
        raise ToolError("The calculation is too long. Do it in parts.")
    for written, meant in WORDS:
        text = text.replace(written, meant)
    text = MONEY.sub("", text)
    if not re.search(r"[A-Za-z]\s*\(", text):  # else a comma separates arguments
        text = GROUPED.sub(lambda match: match[0].replace(",", ""), text)
    elif UNCLEAR.search(text):
        raise ToolError("Write numbers without commas in them here, like 1200: commas stand between numbers.")
    text = SAID.sub(_digits, text)
    return PERCENT.sub(r"percent(\1)", OF.sub(r"percent(\1)*", text)).strip()


def _digits(said: re.Match[str]) -> str:
    try:
        with localcontext(EXACT):
            return f"{_said(''.join(said[0].split())):f}"
    except (InvalidOperation, ValueError):
        raise ToolError(f"Write the number {said[0][:40]} in digits: it is not clear how much it is.") from None


def _said(text: str) -> Decimal:
    """What 1億2千萬 means, and 3萬5, whose last digit is of the next lower place."""
    unit = next((each for each in UNITS if each in text), "")
    if not unit:
        return Decimal(text)
    before, _, after = text.partition(unit)
    count, times = _said(before), UNITS[unit]
    rest = _said(after) if len(after) > 1 else Decimal(after or 0) * times / 10
    if rest >= times or (after and count % 1) or before[-2:-1] in UNITS:
        raise ValueError
    return count * times + rest


def shown(value: Decimal) -> str:
    """The number as people write it: no exponent where it can be helped, no zeros that say nothing."""
    # Of a whole number each digit is shown: a zero in its place would be another number.
    rounded = Context(prec=max(PLACES, min(value.adjusted() + 1, WHOLE))).plus(value)
    if rounded == 0:
        return "0"
    if not -12 < rounded.adjusted() < WHOLE:
        return f"{rounded.normalize(Context(prec=PLACES)):E}"
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise OverflowError
    return value


def _exact(tree: ast.Expression, written: str) -> ast.Expression:
    """The tree with its fractions as they were written, not as a processor rounds them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            node.value = Decimal((ast.get_source_segment(written, node) or "").replace("_", ""))  # type: ignore[assignment]
    return tree


def _value(node: ast.AST) -> Number:
    match node:
        case ast.Constant(value=int() | Decimal() as number) if not isinstance(number, bool):
            return +Decimal(number)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _value(inner)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in SIGNS:
            return _joined(type(sign), _value(left), _value(right))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name.lower() in FUNCTIONS:
            return FUNCTIONS[name.lower()]([_value(each) for each in arguments])
        case ast.Name(id=name) if name.lower() in NAMES:
            return NAMES[name.lower()]
        case ast.Call(func=ast.Name(id=name)) | ast.Name(id=name):
            raise ToolError(
                f"“{name[:40]}” is not known. Known are numbers, + - * / // % ** and {', '.join(FUNCTIONS)}."
            )
    raise ToolError("Only numbers, + - * / // % **, brackets and functions can be calculated.")


def _joined(sign: type[ast.operator], left: Number, right: Number) -> Number:
    if isinstance(right, _Percent) and sign in (ast.Add, ast.Sub) and not isinstance(left, _Percent):
        right = left * right
    if isinstance(right, Decimal) and right == 0 and sign in (ast.Div, ast.FloorDiv, ast.Mod):
        raise ZeroDivisionError
    return SIGNS[sign](left, right)


def _floored(left: Number, right: Number) -> Number:
    """As in Python and in books: rounded down, also below zero."""
    return Decimal(left / right).to_integral_value("ROUND_FLOOR")


def _modulo(left: Number, right: Number) -> Number:
    return left - right * _floored(left, right)


def _root(values: Sequence[Number]) -> Number:
    return _single(values).sqrt()


def _single(values: Sequence[Number]) -> Number:
    if len(values) != 1:
        raise ToolError("This function takes one number.")
    return values[0]


def _rounded(values: Sequence[Number]) -> Number:
    """Half up, as in shops and schools, not half to even."""
    places = int(values[1]) if len(values) == 2 else 0
    if len(values) not in (1, 2) or abs(places) > 50:
        raise ToolError("round takes a number and how many places.")
    return values[0].quantize(Decimal(1).scaleb(-places), "ROUND_HALF_UP")


def _logarithm(values: Sequence[Number]) -> Number:
    if len(values) == 2:
        return values[0].ln() / values[1].ln()
    return _single(values).log10()


def _factorial(values: Sequence[Number]) -> Number:
    number = _single(values)
    if number != int(number) or not 0 <= number <= 1000:
        raise ToolError("factorial takes a whole number from 0 to 1000.")
    return +Decimal(math.factorial(int(number)))


def _mean(values: Sequence[Number]) -> Number:
    return sum(values, Decimal(0)) / len(values)


def _some(function: Callable[[Sequence[Number]], Number]) -> Callable[[Sequence[Number]], Number]:
    def call(values: Sequence[Number]) -> Number:
        if not values:
            raise ToolError("This function takes at least one number.")
        return function(values)

    return call


SIGNS: dict[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.FloorDiv: _floored,
    ast.Mod: _modulo,
}
NAMES = {
    "pi": Decimal("3.14159265358979323846264338327950288419716939937510"),
    "e": Decimal("2.71828182845904523536028747135266249775724709369995"),
}
FUNCTIONS: dict[str, Callable[[Sequence[Number]], Number]] = {
    "percent": lambda values: _Percent(_single(values) / 100),
    "sqrt": _root,
    "abs": lambda values: abs(_single(values)),
    "round": _rounded,
    "floor": lambda values: _single(values).to_integral_value("ROUND_FLOOR"),
    "ceil": lambda values: _single(values).to_integral_value("ROUND_CEILING"),
    "min": _some(min),
    "max": _some(max),
    "sum": _some(lambda values: sum(values, Decimal(0))),
    "mean": _some(_mean),
    "average": _some(_mean),
    "ln": lambda values: _single(values).ln(),
    "log": _logarithm,
    "exp": lambda values: _single(values).exp(),
    "factorial": _factorial,
}
