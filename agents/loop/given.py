"""What a question says of the arguments of functions, which small models miss: the words that stand for one of a few
values, and that nothing was said of an argument which may be left out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from quarry.runtime import Tool

from agents.tools.types import ToolError

from . import clock, codes, numbers
from .language import to_traditional

# "annual 特休, sick 病假" or "software: programs; network: connection", as descriptions explain values.
_EXPLAINED = r"(?<![\w-]){value}(?![\w-])(.*?)(?=$|(?<![\w-])(?:{others})(?![\w-]))"
_WORD = re.compile(r"[\u3400-\u9fff]{2,}|[A-Za-z][A-Za-z-]{3,}")
# Numbers that stand for nothing having been said, as people write them when they do say them.
_SAID = {
    0: re.compile(r"(?<!\d)0(?!\d)|\bzero\b|零", re.IGNORECASE),
    1: re.compile(r"(?<!\d)1(?!\d)|\b(?:one|single|once)\b|一(?:個?人|[位名份張台件次])", re.IGNORECASE),
}
_OF_TIME = re.compile(r"time|hour|minute|day|week|month|year|duration|length|long|時|分|天|日|週|月|年", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
# Any sign that a quantity was spoken of at all.
_QUANTITY = re.compile(
    r"\d|一(?![下些樣直定起般切])|[〇零二兩三四五六七八九十百千萬半]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|"
    r"\w+ty|half|quarter|dozen|hundred|thousand|million|billion|percent|double|twice|once|couple|pair|zero)\b",
    re.IGNORECASE,
)
# What a function's description says of a text that nobody may change.
_VERBATIM = re.compile(
    r"\bexactly as\b|\bverbatim\b|\bword for word\b|\bunchanged\b|原文|原樣|逐字|一字不", re.IGNORECASE
)
# "Put this into French: ...", but no colon of a time or within quotation marks.
_INSTRUCTION = re.compile(r"""^[^\n:：「『“"']+(?:：|:\s)\s*(?=\S)""")
_SIMPLIFIED = re.compile(r"[簡简][體体中]|simplified", re.IGNORECASE)
_MADE_UP = "The call was not made: nobody gave the numbers in “{name}”. Make none up; call what finds them, or ask."


def notes(text: str, tools: Sequence[Tool]) -> list[str]:
    """The values that words of the text stand for, as the functions explain them. With a code stands the function that
    takes it, where it is the only one: whoever names a language in a request most often wants something done in it."""
    taking = dict[tuple[str, str], set[str]]()
    for tool in tools:
        for schema in (tool.parameters.get("properties") or {}).values():
            for word, value, is_code in _explained(schema):
                if _says(text, word):
                    taking.setdefault((word, value), set()).add(f" for {tool.name}" if is_code else "")
    whole = [(word, value) for word, value in taking if not any(_is_part(word, other) for other, _ in taking)]
    return [f"{word} = {value}{_only(taking[word, value])}" for word, value in whole]


def _is_part(word: str, other: str) -> bool:
    """Whether the word says less than another: Chinese beside Traditional Chinese."""
    return word != other and word in other


def _only(names: set[str]) -> str:
    return next(iter(names)) if len(names) == 1 else ""


def without_fillers(arguments: Mapping[str, Any], parameters: Mapping[str, Any], said: str) -> dict[str, Any]:
    """The arguments without those that may be left out and say nothing: no value at all, a 0 or 1 that nobody has
    `said`, or a number that was said of a time only: two hours are no two people. Then the function's own default
    holds."""
    described = parameters.get("properties") or {}
    optional = described.keys() - set(parameters.get("required", ()))
    counted = {name: said if _is_of_time(name, described[name]) else clock.without(said) for name in optional}
    return {
        name: value
        for name, value in arguments.items()
        if name not in optional or not _fills(value, said, counted[name])
    }


def in_traditional(arguments: Mapping[str, Any], parameters: Mapping[str, Any], said: str) -> dict[str, Any]:
    """The arguments for somebody who writes Traditional Chinese: free texts in it, unless they are as they were `said`
    or Simplified was asked for."""
    described = parameters.get("properties") or {}
    if _SIMPLIFIED.search(said):
        return dict(arguments)
    return {
        name: to_traditional(value)
        if isinstance(value, str) and value not in said and "enum" not in described.get(name, {})
        else value
        for name, value in arguments.items()
    }


class MadeUp(ToolError):
    """A call is not made because of numbers that nobody gave."""


def refuse_made_up(arguments: Mapping[str, Any], parameters: Mapping[str, Any], said: str) -> None:
    """Raises `MadeUp` where a text among the arguments holds numbers although nothing that was `said` has any. A text
    of a given form, such as a day, may be worked out."""
    described = parameters.get("properties") or {}
    if _QUANTITY.search(said):
        return
    for name, value in arguments.items():
        free = not {"format", "enum"} & described.get(name, {}).keys()
        if free and isinstance(value, str) and _NUMBER.search(value):
            raise MadeUp(_MADE_UP.format(name=name))


def material(question: str) -> str:
    """What a question hands over: it without the words before the colon of its first line."""
    return _INSTRUCTION.sub("", question)


def narrowed(tools: Sequence[Tool], said: str) -> list[Tool]:
    """The functions, in which a text that is to be exactly as given can only be copied from what was `said`."""
    return [replace(tool, parameters=_narrowed(tool.parameters, said)) for tool in tools]


def _narrowed(parameters: Mapping[str, Any], said: str) -> Mapping[str, Any]:
    described = parameters.get("properties") or {}
    copied = {name: {"copied_from": said} for name, schema in described.items() if _is_verbatim(schema)}
    return {**parameters, "properties": {**described, **copied}} if copied else parameters


def _is_verbatim(schema: Any) -> bool:
    if not isinstance(schema, Mapping) or schema.get("type") != "string" or "enum" in schema:
        return False
    return bool(_VERBATIM.search(str(schema.get("description", ""))))


def _fills(value: Any, said: str, counted: str) -> bool:
    """Whether a value says nothing; `counted` is what was said of things that are counted."""
    if value is None or value == "":
        return True
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if value in _SAID:
        return not _SAID[int(value)].search(counted)
    return value in numbers.values(said) and value not in numbers.values(counted)


def _is_of_time(name: str, schema: Any) -> bool:
    return bool(_OF_TIME.search(f"{name} {schema.get('description', '') if isinstance(schema, Mapping) else ''}"))


def _explained(schema: Any) -> Iterator[tuple[str, str, bool]]:
    """The words with the values that they explain, of an argument with a choice; and whether these are codes."""
    values = [each for each in schema.get("enum", ()) if isinstance(each, str)] if isinstance(schema, Mapping) else []
    yield from ((word, value, True) for word, value in codes.names(tuple(values)))
    others = "|".join(map(re.escape, values))
    for value in values:
        pattern = _EXPLAINED.format(value=re.escape(value), others=others)
        for found in re.finditer(pattern, str(schema.get("description", ""))):
            yield from ((word, value, False) for word in _WORD.findall(found[1]))


def _says(text: str, word: str) -> bool:
    if word.isascii():
        return re.search(rf"\b{re.escape(word)}s?\b(?!['’]t\b)", text, re.IGNORECASE) is not None  # won, not won't
    return word in text
