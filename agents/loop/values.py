"""The words of a request that stand for one of a function's few values, as its description explains them or as they
are called everywhere: 病假 for "sick", won for KRW."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quarry.runtime import Tool

from agents.tools.schemas import described

from . import codes

# "annual 特休, sick 病假" or "software: programs; network: connection", as descriptions explain values.
_EXPLAINED = r"(?<![\w-]){value}(?![\w-])(.*?)(?=$|(?<![\w-])(?:{others})(?![\w-]))"
_WORD = re.compile(r"[\u3400-\u9fff]{2,}|[A-Za-z][A-Za-z-]{3,}")


def notes(text: str, tools: Sequence[Tool]) -> list[str]:
    """The values that words of the text stand for, as the functions explain them. With a code stands the function that
    takes it, where it is the only one: whoever names a language in a request most often wants something done in it."""
    taking = dict[tuple[str, str], set[str]]()
    for tool in tools:
        for schema in described(tool.parameters).values():
            for word, value, is_code in _explained(schema):
                if says(text, word):
                    taking.setdefault((word, value), set()).add(f" for {tool.name}" if is_code else "")
    whole = [(word, value) for word, value in taking if not any(_is_part(word, other) for other, _ in taking)]
    return [f"{word} = {value}{_only(taking[word, value])}" for word, value in whole]


def _is_part(word: str, other: str) -> bool:
    """Whether the word says less than another: Chinese beside Traditional Chinese."""
    return word != other and word in other


def _only(names: set[str]) -> str:
    return next(iter(names)) if len(names) == 1 else ""


def choice(schema: Mapping[str, Any]) -> list[str]:
    """The texts of which an argument must be one."""
    return [each for each in schema.get("enum", ()) if isinstance(each, str)]


def _explained(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """The words with the values that they explain, of an argument with a choice; and whether these are codes."""
    values = choice(schema)
    yield from ((word, value, True) for word, value in codes.names(tuple(values)))
    others = "|".join(map(re.escape, values))
    for value in values:
        pattern = _EXPLAINED.format(value=re.escape(value), others=others)
        for found in re.finditer(pattern, str(schema.get("description", ""))):
            yield from ((word, value, False) for word in _WORD.findall(found[1]))


def says(text: str, word: str) -> bool:
    if word.isascii():
        return re.search(rf"\b{re.escape(word)}s?\b(?!['’]t\b)", text, re.IGNORECASE) is not None  # won, not won't
    return word in text
