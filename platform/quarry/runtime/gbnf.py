"""Grammars (GBNF) are looked at before llama.cpp sees them: its parser recurses as deep as the text nests and writes
every repetition out, and a grammar can leave it with more possibilities to follow than there is memory for.

A grammar that passes is small when written out, nests little, and comes back to a rule only in a way that keeps the
number of possibilities small (see `gbnf_recursion`). On the rest of the syntax llama.cpp has the last word.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from .types import InvalidRequest

LONGEST = 500_000  # characters
MOST_RULES = 2_000
DEEPEST = 40  # brackets within brackets
LARGEST = 50_000  # elements, with every repetition written out
MOST_REPEATED = 2_000
REPEATS: dict[str, tuple[int, float]] = {"*": (0, math.inf), "+": (1, math.inf), "?": (0, 1)}
_TOKEN = re.compile(
    r"""(?P<skip>\s+|\#[^\n]*)|(?P<define>[a-zA-Z0-9_-]+\s*::=)|(?P<name>[a-zA-Z0-9_-]+)"""
    r"""|(?P<text>"(?:[^"\\]|\\.)*")|(?P<letters>\[(?:[^\]\\]|\\.)*\])|(?P<any>\.)"""
    r"""|(?P<open>\()|(?P<close>\))|(?P<or>\|)|(?P<repeat>[*+?]|\{\s*\d+\s*(?:,\s*\d*\s*)?\})""",
    re.DOTALL,
)


@dataclass(slots=True, eq=False)
class Item:
    """Letters (`text`, as they are written), a rule by its name, or a group of `ways`; `least` to `most` times."""

    text: str = ""
    rule: str = ""
    ways: list[list[Item]] = field(default_factory=list)
    least: int = 1
    most: float = 1


def check(text: str) -> None:
    """Refuses what could hang or crash llama.cpp, or what it cannot read at all."""
    if len(text) > LONGEST:
        raise InvalidRequest(f"The grammar is longer than {LONGEST} characters.")
    _check(text)


@lru_cache(maxsize=64)
def _check(text: str) -> None:
    from .gbnf_recursion import check_recursion

    rules = parse(text)
    if len(rules) > MOST_RULES:
        raise InvalidRequest(f"The grammar has more than {MOST_RULES} rules.")
    if "root" not in rules:
        raise InvalidRequest('The grammar has no rule "root".')
    for name, rule in rules.items():
        if missing := sorted({item.rule for item in items(rule) if item.rule} - rules.keys()):
            raise InvalidRequest(f'The grammar\'s rule "{name}" names "{missing[0]}", which is not defined.')
    if sum(map(_size, rules.values())) > LARGEST:
        raise InvalidRequest("The grammar repeats too much.")
    try:
        check_recursion(rules)
    except RecursionError as error:
        raise InvalidRequest("The grammar is nested too deeply.") from error


def parse(text: str) -> dict[str, Item]:
    """The rules, each a group."""
    if "\0" in text:
        raise InvalidRequest("The grammar holds a NUL character.")
    rules: dict[str, Item] = {}
    groups: list[Item] = []
    for kind, token in _tokens(text):
        if kind == "define":
            _closed(groups)
            groups = [Item(ways=[[]])]
            rules[token[:-3].rstrip()] = groups[0]
        elif not groups:
            raise InvalidRequest(f"The grammar begins with {token[:40]!r} instead of a rule.")
        else:
            _add(groups, kind, token)
    _closed(groups)
    return rules


def items(item: Item) -> Iterator[Item]:
    """The item and everything in it."""
    yield item
    for way in item.ways:
        for inner in way:
            yield from items(inner)


def _closed(groups: list[Item]) -> None:
    if len(groups) > 1:
        raise InvalidRequest("The grammar lacks a closing bracket.")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise InvalidRequest(f"The grammar cannot be read at {text[at : at + 40]!r}.")
        at = found.end()
        if found.lastgroup != "skip":
            yield str(found.lastgroup), found[0]


def _add(groups: list[Item], kind: str, token: str) -> None:
    """One more token of a rule; the last of the groups is the one that is open."""
    way = groups[-1].ways[-1]
    if kind == "open":
        if len(groups) > DEEPEST:
            raise InvalidRequest("The grammar is nested too deeply.")
        groups.append(Item(ways=[[]]))
        way.append(groups[-1])
    elif kind == "close":
        if len(groups) == 1:
            raise InvalidRequest("The grammar closes a bracket that is not open.")
        groups.pop()
    elif kind == "or":
        groups[-1].ways.append([])
    elif kind == "repeat":
        _repeat(way, token)
    else:
        way.append(Item(rule=token) if kind == "name" else Item(text=token))


def _repeat(way: list[Item], token: str) -> None:
    if not way:
        raise InvalidRequest(f"The grammar repeats nothing, at {token!r}.")
    least, most = REPEATS[token] if token in REPEATS else _counts(token)
    if max(least, 0 if math.isinf(most) else most) > MOST_REPEATED:
        raise InvalidRequest(f"The grammar repeats too much: at most {MOST_REPEATED} times.")
    item = way[-1]
    if (item.least, item.most) != (1, 1):  # "a?*": of what is repeated already
        item = way[-1] = Item(ways=[[item]])
    item.least, item.most = least, most


def _counts(token: str) -> tuple[int, float]:
    if len(token) > 32:
        raise InvalidRequest(f"The grammar repeats too much: at most {MOST_REPEATED} times.")
    least, comma, most = "".join(token[1:-1].split()).partition(",")
    if not comma:
        return int(least), int(least)
    return int(least), int(most) if most else math.inf


def _size(item: Item) -> float:
    """Elements, when every repetition is written out."""
    once: float = len(item.text) or 1
    if item.ways:
        once = 1 + sum(1 + sum(map(_size, way)) for way in item.ways)
    return once * (item.most if math.isfinite(item.most) else item.least + 1)
