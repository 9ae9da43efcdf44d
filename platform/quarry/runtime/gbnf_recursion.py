"""Rules that come back to themselves.

llama.cpp follows all possibilities at once, each with what is still to come behind it. Three kinds of recursion let
them grow without end: one that comes back before it has read a letter, one that can be entered in two ways by the same
letters, and one that leaves behind, at each round, something that may or may not follow. All three are refused. What
JSON needs has none of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from enum import IntEnum

from .gbnf import Item, items
from .types import InvalidRequest

Letters = frozenset[tuple[int, int]]  # ranges of code points
ALL: Letters = frozenset({(0, 0x10FFFF)})
WAYS = 50_000  # possibilities that llama.cpp may have to follow at once
MANY, FEW = 100, 8
STEPS = 400  # items that are looked at to tell two ways apart
ESCAPES = {"n": 10, "r": 13, "t": 9}


def check_recursion(rules: dict[str, Item]) -> None:
    """Refuses the grammars that the module is about."""
    _Recursion(rules).check()


class Rest(IntEnum):
    """What follows a name before its rule ends."""

    NOTHING = 0
    UNSURE = 1  # something that may be missing
    SURE = 2


class _Recursion:
    def __init__(self, rules: dict[str, Item]) -> None:
        self._rules = rules
        self._weights: dict[str, float] = {}
        self._reached = _reachable({name: {i.rule for i in items(rule) if i.rule} for name, rule in rules.items()})
        self._find_nullable()
        self._first: dict[str, Letters] = dict.fromkeys(rules, frozenset())
        self._find_first()

    def check(self) -> None:
        starts = _reachable({name: self._starts(rule) for name, rule in self._rules.items()})
        for name in self._rules:
            if name in starts[name]:
                raise InvalidRequest(f'The grammar\'s rule "{name}" comes back to itself before anything is written.')
        self._check_rests()
        if self._weight(Item(rule="root")) > WAYS:
            raise InvalidRequest("The grammar leaves too many ways to go on at once.")

    # -- what may be empty, and what may come first

    def _find_nullable(self) -> None:
        self._nullable: set[str] = set()
        before = -1
        while before < len(self._nullable):
            before = len(self._nullable)
            for name in self._both_ways():
                if name not in self._nullable and self._empty(self._rules[name]):
                    self._nullable.add(name)

    def _both_ways(self) -> Iterator[str]:
        """Rules mostly name those behind them, or those before: either way, what one of them needs is known then."""
        yield from reversed(self._rules)
        yield from self._rules

    def _empty(self, item: Item) -> bool:
        if item.least == 0:
            return True
        if item.rule:
            return item.rule in self._nullable
        if item.ways:
            return any(self._all_empty(way) for way in item.ways)
        return item.text == '""'

    def _all_empty(self, way: Sequence[Item]) -> bool:
        return all(self._empty(item) for item in way)

    def _starts(self, item: Item) -> set[str]:
        """Rules that can stand at the item's very beginning. One that repeats what may be empty starts with itself."""
        found = {item.rule} if item.rule else set()
        for way in item.ways:
            if item.most > 1 and self._all_empty(way):
                raise InvalidRequest("The grammar repeats something that may be empty.")
            for inner in way:
                found |= self._starts(inner)
                if not self._empty(inner):
                    break
        if item.rule and item.most > 1 and item.rule in self._nullable:
            raise InvalidRequest("The grammar repeats something that may be empty.")
        return found

    def _find_first(self) -> None:
        for _ in range(len(self._rules) + 1):
            before = dict(self._first)
            for name in self._both_ways():
                self._first[name] = self._firsts(self._rules[name])
            if before == self._first:
                return

    def _firsts(self, item: Item) -> Letters:
        if item.rule:
            return self._first[item.rule]
        if not item.ways:
            return _letters(item.text)
        return frozenset().union(*(self._first_of(way) for way in item.ways))

    def _first_of(self, way: Sequence[Item]) -> Letters:
        found: Letters = frozenset()
        for item in way:
            found |= self._firsts(item)
            if not self._empty(item):
                break
        return found

    # -- the ways through a rule that comes back to itself

    def _returns(self, name: str, way: Sequence[Item]) -> bool:
        """Whether this leads back to the rule."""
        return any(
            inner.rule and (inner.rule == name or name in self._reached[inner.rule])
            for item in way
            for inner in items(item)
        )

    def _check_rests(self) -> None:
        """What each round through a recursion leaves behind. Where that is nothing, it is a loop, and harmless."""
        edges = [(a, b, rest) for a, rule in self._rules.items() for b, rest in self._edges(rule, Rest.NOTHING)]
        loose: dict[str, set[str]] = {name: set() for name in self._rules}
        for a, b, rest in edges:
            if rest is not Rest.SURE:
                loose[a].add(b)
        reached = _reachable(loose)
        for a, b, rest in edges:
            if rest is Rest.UNSURE and (a == b or a in reached[b]):
                raise InvalidRequest(
                    f'The grammar\'s rule "{a}" comes back to itself before something that may be missing.'
                )
        nested = {a for a, b, rest in edges if rest is not Rest.NOTHING and (a == b or a in self._reached[b])}
        for name in nested | {b for a in nested for b in self._reached[a] if a in self._reached[b]}:
            for group in items(self._rules[name]):
                self._check_ways(name, group)

    def _edges(self, group: Item, outer: Rest) -> Iterator[tuple[str, Rest]]:
        """The rules that the group names, each with what follows it before the end of the rule that the group is in."""
        for way in group.ways:
            for at, item in enumerate(way):
                behind = way[at + 1 :]
                own = Rest.UNSURE if behind or item.most > 1 else Rest.NOTHING
                rest = max(outer, own if self._all_empty(behind) else Rest.SURE)
                if item.rule:
                    yield item.rule, rest
                yield from self._edges(item, rest)

    def _check_ways(self, name: str, group: Item) -> None:
        returning = [way for way in group.ways if self._returns(name, way)]
        for at, one in enumerate(returning):
            for other in returning[at + 1 :]:
                if not self._differ(name, list(one), list(other)):
                    raise InvalidRequest(
                        f'The grammar\'s rule "{name}" can come back to itself in two ways that begin alike.'
                    )

    def _weight(self, item: Item) -> float:
        """How many possibilities can be open at once in the item, at most. A recursion counts once."""
        if item.rule:
            if item.rule not in self._weights:
                self._weights[item.rule] = 1
                self._weights[item.rule] = self._weight(self._rules[item.rule])
            once = self._weights[item.rule]
        else:
            once = self._weight_of_ways(item.ways)
        return once * (item.most if math.isfinite(item.most) else 1) or 1

    def _weight_of_ways(self, ways: Sequence[Sequence[Item]]) -> float:
        """All of them together, unless looking closer may help and can be afforded: of ways that a letter tells apart,
        only one stays open."""
        weights = [self._weight_of(way) for way in ways]
        if sum(weights) < MANY or len(ways) > MANY:
            return sum(weights) or 1
        alike = [[not self._differ("", list(one), list(other)) for other in ways] for one in ways]
        return max(sum(w for w, yes in zip(weights, row, strict=True) if yes) for row in alike)

    def _weight_of(self, way: Sequence[Item]) -> float:
        skipped = sum(self._weight(item) for item in way if self._empty(item))
        return skipped + max((self._weight(item) for item in way if not self._empty(item)), default=1)

    def _differ(self, name: str, one: list[Item], other: list[Item]) -> bool:
        """Whether the two ways are told apart by a letter before either comes back to the rule (no name: before either
        opens many possibilities of its own)."""
        for _ in range(STEPS):
            one, other = self._opened(one), self._opened(other)
            if not one or not other:
                return False
            if not self._same(one[0], other[0]):
                empty = self._empty(one[0]) or self._empty(other[0])
                return not empty and not _meet(self._firsts(one[0]), self._firsts(other[0]))
            if self._returns(name, [one[0]]) or (not name and self._weight(one[0]) > FEW):
                return False
            one, other = one[1:], other[1:]
        return False

    def _opened(self, way: list[Item]) -> list[Item]:
        """The way with what it begins with written out, down to letters or a choice."""
        for _ in range(STEPS):
            if not way or (way[0].least, way[0].most) != (1, 1):
                return way
            group = self._rules[way[0].rule] if way[0].rule else way[0]
            if len(group.ways) != 1:
                return _letter_by_letter(way)
            way = [*group.ways[0], *way[1:]]
        return []

    @staticmethod
    def _same(one: Item, other: Item) -> bool:
        alike = (one.text, one.rule, one.least, one.most) == (other.text, other.rule, other.least, other.most)
        return one is other or (alike and not one.ways and not other.ways)


def _letter_by_letter(way: list[Item]) -> list[Item]:
    """The way with its first text cut behind its first letter."""
    text = way[0].text
    end = 3 if text[1:2] == "\\" else 2
    if not text.startswith('"') or len(text) <= end + 1 or (text[2] in "xuU" and end == 3):
        return way
    return [Item(text=f'{text[:end]}"'), Item(text=f'"{text[end:]}'), *way[1:]]


def _letters(text: str) -> Letters:
    """Where a text or a class of letters may begin. What is not plain counts as everything."""
    if text == ".":
        return ALL
    codes = _codes(text[1:-1])
    if codes is None or text.startswith("[^"):
        return ALL
    if text.startswith('"'):
        return frozenset({(abs(codes[0]), abs(codes[0]))}) if codes else frozenset()
    ranges, at = set(), 0
    while at < len(codes):
        ranged = codes[at + 1 : at + 2] == [-ord("-")] and at + 2 < len(codes)
        ranges.add((abs(codes[at]), abs(codes[at + 2 if ranged else at])))
        at += 3 if ranged else 1
    return frozenset(ranges)


def _codes(text: str) -> list[int] | None:
    """Code points, an unescaped hyphen as a negative number; None where there is an escape by number."""
    codes, at = [], 0
    while at < len(text):
        if text[at] != "\\":
            codes.append(-ord("-") if text[at] == "-" else ord(text[at]))
        elif text[at + 1] in "xuU":
            return None
        else:
            at += 1
            codes.append(ESCAPES.get(text[at], ord(text[at])))
        at += 1
    return codes


def _meet(one: Letters, other: Letters) -> bool:
    return any(a <= d and c <= b for a, b in one for c, d in other)


def _reachable(edges: dict[str, set[str]]) -> dict[str, set[str]]:
    """By name, what can be reached by one or more edges."""
    reached = {}
    for name in edges:
        seen: set[str] = set()
        waiting = list(edges[name])
        while waiting:
            if (next_name := waiting.pop()) not in seen:
                seen.add(next_name)
                waiting.extend(edges.get(next_name, ()))
        reached[name] = seen
    return reached
