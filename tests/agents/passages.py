"""Passages as search finds them, for tests of the loop's own parts."""

from dataclasses import replace
from typing import Any

from agents.loop.passages import Found
from agents.loop.words import words

LEAVE = "Every employee has seven days of leave after one year. Unused days expire in March."
FILTER = "The intake filter is replaced every 750 operating hours."
HOLIDAY = "員工到職滿一年者，每年給予特別休假七日。未休完之日數遞延至次年三月底。"


def found(text: str, title: str = "Document", start: int = 0, **more: Any) -> Found:
    """A passage that stands at `start` of its document."""
    passage = Found(
        passage_id=f"p-{text[:8]}",
        document_id=f"d-{text[:8]}",
        title=title,
        text=text,
        score=1.0,
        location={"start": start, "end": start + len(text)},
        words=frozenset(words(f"{title}\n{text}")),
    )
    return replace(passage, **more)
