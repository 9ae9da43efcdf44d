"""Citations of a summary: for each sentence the sentences of the document that it rests on, word by word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from agents.loop.citations import LONGEST_QUOTE
from agents.loop.language import HAN, Language, to_traditional, traditional_only
from agents.loop.passages import Found
from agents.summaries.lines import Line, Origin, Text
from agents.summaries.styles import UNCHECKED
from apps.knowledge.models import Passage, locate

MOST = 3  # marks of one sentence
_BRACKETS = re.compile(r"\[(\d+)\]")


@cache
def _to_simplified() -> Any:
    from opencc import OpenCC

    return OpenCC("tw2sp")


def shown(text: str, language: Language) -> str:
    """Words of a document, which were not written anew, as a summary shows them: in the script that was asked for, and
    without a number in brackets, which would be taken for a mark of ours."""
    if language == "zh-Hant":
        text = to_traditional(text)
    elif language == "zh-Hans" and not traditional_only().isdisjoint(text):
        text = str(_to_simplified().convert(text))
    return _BRACKETS.sub(r"(\1)", text)


@dataclass
class Cited:
    """Gives each sentence that something rests on its mark."""

    texts: Sequence[Text]
    language: Language
    marks: dict[Origin, int] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    _passages: dict[int, list[Passage]] = field(default_factory=dict)

    def mark(self, line: Line) -> str:
        """The sentence with its marks."""
        marks = [self._number(origin) for origin in line.origins[:MOST]]
        gap = "" if HAN.search(line.text[-2:]) else " "
        note = UNCHECKED[self.language] if line.support == "unchecked" else ""
        return f"{shown(line.text, self.language)}{note}{gap}{''.join(f'[{mark}]' for mark in sorted(marks))}"

    def citations(self) -> list[dict[str, Any]]:
        """What the marks stand for; quotes stand verbatim in the document, at `location`."""
        return [
            {
                "marker": marker,
                "passage_id": found.passage_id or None,
                "document_id": found.document_id or None,
                "title": found.title,
                "quote": found.text,
                "location": found.location,
            }
            for marker, found in enumerate(self.found, start=1)
        ]

    def _number(self, origin: Origin) -> int:
        if origin not in self.marks:
            self.found.append(self._found(origin))
            self.marks[origin] = len(self.found)
        return self.marks[origin]

    def _found(self, origin: Origin) -> Found:
        text, passage = self.texts[origin.text], self._passage(origin)
        end = min(origin.end, origin.start + LONGEST_QUOTE)
        place = passage.location if passage else locate(None, self._heading(origin), origin.start, end)
        place |= {"start": origin.start, "end": end}
        key = str(passage.pk) if passage else ""
        return Found(key, text.document, text.title, text.text[origin.start : end], 1.0, place)

    def _heading(self, origin: Origin) -> str:
        above = [title for _, start, _, title in self.texts[origin.text].headings if start <= origin.start]
        return above[-1] if above else ""

    def _passage(self, origin: Origin) -> Passage | None:
        """The passage that holds most of the sentence."""
        document = self.texts[origin.text].document
        if not document:
            return None
        if origin.text not in self._passages:
            rows = Passage.objects.filter(document=UUID(document)).defer("embedding", "lexemes", "text")
            self._passages[origin.text] = list(rows.order_by("ordinal"))
        best = max(self._passages[origin.text], key=lambda each: _shared(each, origin), default=None)
        return best if best is not None and _shared(best, origin) > 0 else None


def _shared(passage: Passage, origin: Origin) -> int:
    return min(passage.end, origin.end) - max(passage.start, origin.start)
