"""What is left of an answer that says over again what its documents say, when some of them may no longer be read."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from agents.models import Run

KINDS = (Run.Kind.SUMMARY, Run.Kind.EXTRACTION)
# A sentence with its marks. What stands behind a line's last ones is said of that sentence: a task's owner and date.
_CLAIM = re.compile(r".*?(?:\[\d+\])+(?:[^\w\s\[\]]*(?=.*\[\d+\])|.*)|.+", re.DOTALL)
_MARK = re.compile(r"\[(\d+)\]")


def answer(kind: str, text: str, citations: Iterable[Mapping[str, Any]]) -> str:
    """The answer as its person may see it today: of a summary the sentences whose sources they may read, of an
    extraction all or nothing. Answers to questions stay: the person has read them."""
    hidden = {str(each["marker"]) for each in citations if each.get("withheld")}
    if kind not in KINDS or not hidden:
        return text
    if kind == Run.Kind.EXTRACTION:
        return ""
    return "\n".join(_line(line, hidden) for line in text.split("\n")).strip()


def _line(line: str, hidden: set[str]) -> str:
    """A line without what follows from a hidden source; what carries no mark goes with the sentence that does."""
    claims = [found[0] for found in _CLAIM.finditer(line)]
    return "".join(claim for claim in claims if not hidden & set(_MARK.findall(claim))).strip()
