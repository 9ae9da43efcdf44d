"""Calls as Python text, the form that BFCL's checkers execute with `eval`: nothing but a name that is offered and
literal values may stand in it. Standard library only: the sandboxed child checks by this, too."""

import ast
import keyword
from collections.abc import Collection, Mapping
from typing import Any


class NotLiteral(ValueError):
    """This is no call of an offered function with literal values."""


def spoken(name: str, arguments: Mapping[str, Any]) -> str:
    """`name(a=1, b='x')`."""
    text = f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"
    check(text, {name})
    return text


def check(text: str, names: Collection[str]) -> None:
    """Refuses whatever is more than a literal call of one of these functions."""
    call = _parsed(text)
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id not in names:
        raise NotLiteral(f"{text[:80]!r} does not call an offered function.")
    if keyword.iskeyword(call.func.id) or call.func.id.startswith("_"):
        raise NotLiteral(f"{call.func.id!r} is no name of a function.")
    if any(word.arg is None for word in call.keywords):
        raise NotLiteral("Arguments are given one by one.")
    for value in (*call.args, *(word.value for word in call.keywords)):
        _literal(value)


def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotLiteral(f"{text[:80]!r} is not one call: {error}") from error


def _literal(value: ast.expr) -> None:
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
        raise NotLiteral(f"A value is not a literal: {error}") from error
