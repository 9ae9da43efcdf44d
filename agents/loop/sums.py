"""Sums as people type them ("(5600 + 7200) ÷ 4", "37 × 1,150"), in the signs that functions read."""

import re
import unicodedata
from collections.abc import Sequence

from quarry.runtime import Tool

from agents.tools.schemas import described

_NUMBER = r"\d[\d,]*(?:\.\d+)?%?"
_OPERATOR = r"(?:\*\*|[-+*/×÷−^])"
# It begins where no part of it stands before: whoever writes thousands of brackets or digits keeps nobody waiting.
_SUM = re.compile(rf"(?:(?<!\()\(+|(?<![\d(])(?<!\d[.,])){_NUMBER}\)*(?: *{_OPERATOR} *\(*{_NUMBER}\)*)+")
_SIGNS = {"×": "*", "÷": "/", "−": "-", "^": "**"}
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_TAKES = re.compile(r"expression|formula|算式", re.IGNORECASE).search


def notes(text: str, tools: Sequence[Tool]) -> list[str]:
    """The sums of the text that are typed in other signs, where a function takes any: "expression: 6 * 7". Behind the
    argument's name they are taken as they are; as "6 × 7 = 6 * 7" small models lose brackets."""
    argument = next((name for tool in tools for name in described(tool.parameters) if _TAKES(name)), None)
    if argument is None:
        return []
    found = [each[0].strip() for each in _SUM.finditer(unicodedata.normalize("NFKC", text))]
    return [f"{argument}: {read}" for words in found if (read := _read(words)) != words]


def _read(words: str) -> str:
    plain = _THOUSANDS.sub("", words)
    for sign, read in _SIGNS.items():
        plain = plain.replace(sign, read)
    return plain
