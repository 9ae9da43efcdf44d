"""What a question says of the arguments of functions, which small models miss: the words that stand for one of a few
values, and that nothing was said of an argument which may be left out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quarry.runtime import Tool

from agents.tools.types import ToolError

from . import codes

# "annual 特休, sick 病假" or "software: programs; network: connection", as descriptions explain values.
_EXPLAINED = r"(?<![\w-]){value}(?![\w-])(.*?)(?=$|(?<![\w-])(?:{others})(?![\w-]))"
_WORD = re.compile(r"[\u3400-\u9fff]{2,}|[A-Za-z][A-Za-z-]{3,}")
# Numbers that stand for nothing having been said, as people write them when they do say them.
_SAID = {
    0: re.compile(r"(?<!\d)0(?!\d)|\bzero\b|零", re.IGNORECASE),
    1: re.compile(r"(?<!\d)1(?!\d)|\b(?:one|single|once)\b|一(?:個?人|[位名份張台件次])", re.IGNORECASE),
}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
# Any sign that a quantity was spoken of at all.
_QUANTITY = re.compile(
    r"\d|一(?![下些樣直定起般切])|[〇零二兩三四五六七八九十百千萬半]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|"
    r"\w+ty|half|quarter|dozen|hundred|thousand|million|billion|percent|double|twice|once|couple|pair|zero)\b",
    re.IGNORECASE,
)
_MADE_UP = "The call was not made: nobody gave the numbers in “{name}”. Make none up; call what finds them, or ask."


def with_values(text: str, tools: Sequence[Tool]) -> str:
    """The text, and behind it the values that its words stand for, as the functions explain them."""
    named = {word: value for tool in tools for word, value in _explained(tool.parameters) if _says(text, word)}
    said = ", ".join(f"{word} = {value}" for word, value in named.items())
    return f"{text}\n({said})" if said else text


def without_fillers(arguments: Mapping[str, Any], parameters: Mapping[str, Any], said: str) -> dict[str, Any]:
    """The arguments without those that may be left out and say nothing: no value at all, or a 0 or 1 that nobody has
    `said`. Then the function's own default holds."""
    optional = (parameters.get("properties") or {}).keys() - set(parameters.get("required", ()))
    return {name: value for name, value in arguments.items() if name not in optional or not _fills(value, said)}


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


def _fills(value: Any, said: str) -> bool:
    if value is None or value == "":
        return True
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value in _SAID and not _SAID[int(value)].search(said)


def _explained(parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The words with the values that they explain, of all arguments with a choice."""
    for schema in (parameters.get("properties") or {}).values():
        values = [each for each in schema.get("enum", ()) if isinstance(each, str)] if isinstance(schema, dict) else []
        yield from codes.names(tuple(values))
        others = "|".join(map(re.escape, values))
        for value in values:
            pattern = _EXPLAINED.format(value=re.escape(value), others=others)
            for found in re.finditer(pattern, str(schema.get("description", ""))):
                yield from ((word, value) for word in _WORD.findall(found[1]))


def _says(text: str, word: str) -> bool:
    if word.isascii():
        return re.search(rf"\b{re.escape(word)}s?\b", text, re.IGNORECASE) is not None
    return word in text
