"""What the grammar lets a model put into a call is narrower than what the model is told, where the request says so."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from quarry.runtime import Tool

from agents.tools.schemas import described

from . import codes, values

# What a function's description says of a text that nobody may change.
_VERBATIM = re.compile(
    r"\bexactly as\b|\bverbatim\b|\bword for word\b|\bunchanged\b|原文|原樣|逐字|一字不", re.IGNORECASE
)
# "Put this into French: ...", but no colon of a time or within quotation marks.
_INSTRUCTION = re.compile(r"""^[^\n:：「『“"']+(?:：|:\s)\s*(?=\S)""")


def material(question: str) -> str:
    """What a question hands over: it without the words before the colon of its first line."""
    return _INSTRUCTION.sub("", question)


def narrowed(tools: Sequence[Tool], question: str, said: str) -> list[Tool]:
    """The functions, in which a text that is to be exactly as given can only be copied from what was `said`, and a code
    is one that the question names where it names any."""
    return [replace(tool, parameters=_narrowed(tool.parameters, question, said)) for tool in tools]


def _narrowed(parameters: Mapping[str, Any], question: str, said: str) -> Mapping[str, Any]:
    schemas = described(parameters)
    narrower: dict[str, Any] = {name: {"copied_from": said} for name in schemas if _is_verbatim(schemas[name])}
    choices = [tuple(values.choice(schema)) for schema in schemas.values()]
    for name, schema in schemas.items():
        choice = tuple(values.choice(schema))
        named = {value for word, value in codes.names(choice) if values.says(question, word)}
        if named and choices.count(choice) == 1:  # of two, one may be named by a word that stands for several
            narrower[name] = {**schema, "enum": [each for each in choice if each in named]}
    return {**parameters, "properties": {**parameters["properties"], **narrower}} if narrower else parameters


def _is_verbatim(schema: Mapping[str, Any]) -> bool:
    if schema.get("type") != "string" or "enum" in schema:
        return False
    return bool(_VERBATIM.search(str(schema.get("description", ""))))
