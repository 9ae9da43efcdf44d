"""YAML as OpenAPI means it: JSON written comfortably. Dates stay text, `on` and `no` stay words."""

from __future__ import annotations

import math
import re
from typing import Any

import yaml
from quarry.text import storable

DEEPEST = 120  # levels; real documents have about twenty
MOST = 3_000_000  # values, with each alias counted as often as it is used

_CORE = {
    "tag:yaml.org,2002:null": (r"~|null|Null|NULL|", "~nN\0"),
    "tag:yaml.org,2002:bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "tag:yaml.org,2002:int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "tag:yaml.org,2002:float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+0123456789.",
    ),
}


class NotYaml(ValueError):
    """It is not YAML, or more than a document can be; the text says what, as its parser has it."""


class _Loader(yaml.CSafeLoader):
    """Knows the types of YAML 1.2's core schema and no others."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def integer(self, node: yaml.ScalarNode) -> int:
        """`010` is ten: octal numbers begin with `0o`."""
        text = str(node.value)
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))


for _tag, (_pattern, _first) in _CORE.items():
    _characters = ["" if each == "\0" else each for each in _first]
    _Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), _characters)
_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.integer)


def load(text: str) -> Any:
    """What the text says, with nothing in it but what JSON has. Raises `NotYaml`."""
    try:
        _refuse_deep(text)
        return plain(yaml.load(text, _Loader))  # noqa: S506 (a safe loader of our own)
    except yaml.YAMLError as error:
        raise NotYaml(" ".join(str(error).split())[:200]) from None
    except (RecursionError, ValueError, OverflowError) as error:
        raise error if isinstance(error, NotYaml) else NotYaml("it is nested too deeply or damaged") from None


def _refuse_deep(text: str) -> None:
    """libyaml builds values by calling itself, and takes the whole process with it where that goes too deep; reading
    the marks of beginning and end alone does not."""
    parser, depth = _Loader(text), 0
    while parser.check_event():
        match parser.get_event():
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                depth += 1
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                depth -= 1
        if depth > DEEPEST:
            raise NotYaml("it is nested too deeply")


def plain(value: Any) -> Any:
    """The same as JSON has it: names are text, `<<` is merged in, aliases that lead into themselves are refused."""
    return _Plain().of(value)


class _Plain:
    """Each value is looked at once however often it is used, so that a small text cannot keep us busy for long."""

    def __init__(self) -> None:
        # With the values themselves, so that their `id`s stay their own.
        self._done: dict[int, tuple[Any, Any]] = {}
        self._weights: dict[int, int] = {}
        self._open: set[int] = set()

    def of(self, value: Any, depth: int = 0) -> Any:
        if not isinstance(value, dict | list):
            return _scalar(value)
        if id(value) in self._done:
            return self._done[id(value)][1]
        if id(value) in self._open or depth > DEEPEST:
            raise NotYaml("it is nested too deeply, or leads into itself")
        self._open.add(id(value))
        made = self._dict(value, depth) if isinstance(value, dict) else [self.of(each, depth + 1) for each in value]
        self._open.discard(id(value))
        self._done[id(value)] = value, made
        self._weigh(made)
        return made

    def _dict(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, each in value.items():
            inner = self.of(each, depth + 1)
            if key == "<<":
                made = _merged(inner) | made
            else:
                made[_name(key)] = inner
        return made

    def _weigh(self, made: Any) -> None:
        """How much it is with every alias written out."""
        inner = made.values() if isinstance(made, dict) else made
        weight = 1 + sum(self._weights.get(id(each), 1) for each in inner)
        if weight > MOST:
            raise NotYaml("it is too large once its aliases are followed")
        self._weights[id(made)] = weight


def _merged(value: Any) -> dict[str, Any]:
    parts = [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]
    return {key: each for part in reversed(parts) for key, each in part.items()}


def _name(key: Any) -> str:
    said = {True: "true", False: "false", None: "null"}[key] if key is None or isinstance(key, bool) else str(key)
    return str(storable(said))


def _scalar(value: Any) -> Any:
    """Text without what no database can hold."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float) else str(value)
