"""What nobody has said of arguments, which small models put into calls all the same."""

import re
from collections.abc import Mapping
from typing import Any

from agents.tools.schemas import described
from agents.tools.types import ToolError

from . import clock, numbers
from .language import to_traditional

# Numbers that stand for nothing having been said, as people write them when they do say them.
_SAID = {
    0: re.compile(r"(?<!\d)0(?!\d)|\bzero\b|零", re.IGNORECASE),
    1: re.compile(r"(?<!\d)1(?!\d)|\b(?:one|single|once)\b|一(?:個?人|[位名份張台件次])", re.IGNORECASE),
}
_SMALL = range(2, 13)  # numbers that models make up
# Words by which a small number can be meant that is not said: "Anna and I" are two.
_COUNTED = re.compile(
    r"\b(?:and|we|us|our|both|couple|pair|twice|double|dozen)\b|[和與跟及、我們咱倆雙倍半每]", re.IGNORECASE
)
_OF_TIME = re.compile(r"time|hour|minute|day|week|month|year|duration|length|long|時|分|天|日|週|月|年", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
# Any sign that a quantity was spoken of at all.
_QUANTITY = re.compile(
    r"\d|一(?![下些樣直定起般切])|[〇零二兩三四五六七八九十百千萬半]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|"
    r"\w+ty|half|quarter|dozen|hundred|thousand|million|billion|percent|double|twice|once|couple|pair|zero)\b",
    re.IGNORECASE,
)
_SIMPLIFIED = re.compile(r"[簡简][體体中]|simplified", re.IGNORECASE)
_MADE_UP = "The call was not made: nobody gave the numbers in “{name}”. Make none up; call what finds them, or ask."


def without_fillers(arguments: Mapping[str, Any], parameters: Mapping[str, Any], said: str) -> dict[str, Any]:
    """The arguments without those that may be left out and say nothing: no value at all, a small number that nobody has
    `said`, or one that was said of a time only: two hours are no two people. Then the function's own default holds."""
    schemas = described(parameters)
    optional = schemas.keys() - set(parameters.get("required", ()))
    return {
        name: value
        for name, value in arguments.items()
        if name not in optional or not _fills(value, said, _is_of_time(name, schemas[name]))
    }


def in_traditional(arguments: Mapping[str, Any], parameters: Mapping[str, Any], said: str) -> dict[str, Any]:
    """The arguments for somebody who writes Traditional Chinese: free texts in it, unless they are as they were `said`
    or Simplified was asked for."""
    schemas = described(parameters)
    if _SIMPLIFIED.search(said):
        return dict(arguments)
    return {
        name: to_traditional(value)
        if isinstance(value, str) and value not in said and "enum" not in schemas.get(name, {})
        else value
        for name, value in arguments.items()
    }


class MadeUp(ToolError):
    """A call is not made because of numbers that nobody gave."""


def refuse_made_up(arguments: Mapping[str, Any], parameters: Mapping[str, Any], said: str) -> None:
    """Raises `MadeUp` where a text among the arguments holds numbers although nothing that was `said` has any. A text
    of a given form, such as a day, may be worked out."""
    schemas = described(parameters)
    if _QUANTITY.search(said):
        return
    for name, value in arguments.items():
        free = not {"format", "enum"} & schemas.get(name, {}).keys()
        if free and isinstance(value, str) and _NUMBER.search(value):
            raise MadeUp(_MADE_UP.format(name=name))


def _fills(value: Any, said: str, is_of_time: bool) -> bool:
    """Whether a value of an argument, which may be a length of time, says nothing."""
    counted = said if is_of_time else clock.without(said)
    if value is None or value == "":
        return True
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if value in _SAID:
        return not _SAID[int(value)].search(counted)
    if value in numbers.values(counted) or is_of_time:
        return False
    return value in numbers.values(said) or (value in _SMALL and not _COUNTED.search(said))


def _is_of_time(name: str, schema: Mapping[str, Any]) -> bool:
    return bool(_OF_TIME.search(f"{name} {schema.get('description', '')}"))
