"""What a reading comes to as a row: each value with where it stands and how sure that is, and what is missing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from agents.extraction import checking
from agents.extraction.checking import Path, named
from agents.extraction.models import Row
from agents.extraction.places import CONFIDENCE, How, Place, Searched
from agents.extraction.reading import Reading
from agents.loop.citations import LONGEST_QUOTE
from apps.knowledge.models import DocumentText, Passage, locate

GONE = "The document was deleted, or may not be read any more."
TOO_LONG = "The document does not fit into the model's context."
MISSING = "The document does not say it, and the schema requires it."
AROUND = 40  # characters of a quote before and behind the value


def store(row: Row, schema: Mapping[str, Any], content: DocumentText, reading: Reading) -> None:
    """Writes what was read into the row."""
    searched = Searched(content.text, reading.near)
    row.values = reading.values
    row.fields = [
        finding(path, value, searched.place(value, part), content)
        for path, part, value in checking.leaves(schema, reading.values)
    ]
    row.problems = problems(reading.faults)
    row.status = Row.Status.INCOMPLETE if row.problems else Row.Status.COMPLETE
    _write(row, "values", "fields", "problems", "status")


def fail(row: Row, detail: str) -> None:
    """A document that could not be read."""
    row.status, row.problems = Row.Status.FAILED, [{"path": "", "detail": detail}]
    _write(row, "status", "problems")


def _write(row: Row, *fields: str) -> None:
    """Nothing is written, and nothing is wrong, where the row was deleted with its document while that was read."""
    row.updated_at = timezone.now()
    Row.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in (*fields, "updated_at")})


def problems(faults: Iterable[tuple[Path, str]]) -> list[dict[str, str]]:
    """What does not fit the schema, in words."""
    return [
        {
            "path": named(path),
            "detail": MISSING if rule == "required" else f"The value does not fit the schema: {rule}.",
        }
        for path, rule in faults
    ]


def finding(path: Path, value: Any, place: Place, content: DocumentText) -> dict[str, Any]:
    """One value with its evidence."""
    how: How = place.how
    cited = _citation(place.start, place.end, content) if place.start is not None and place.end is not None else None
    confidence = CONFIDENCE[how] if value is not None else CONFIDENCE["inferred"]
    return {"path": named(path), "value": value, "how": how, "confidence": confidence, "citation": cited}


def _citation(start: int, end: int, content: DocumentText) -> dict[str, Any]:
    """The value with some words around it, as they stand in the document; `location` is of the quote."""
    first, last = _around(content.text, start, end)
    passages = Passage.objects.filter(document=content.document_id, start__lte=start, end__gt=start)
    passage = passages.defer("embedding", "lexemes", "text").order_by("ordinal").first()
    place = passage.location if passage else locate(None, "", first, last)
    return {
        "passage_id": str(passage.pk) if passage else None,
        "document_id": str(content.document_id),
        "title": content.document.title,
        "quote": content.text[first:last],
        "location": place | {"start": first, "end": last},
    }


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """The line of the value, cut to what is near."""
    first = max(text.rfind("\n", 0, start) + 1, start - AROUND)
    line = text.find("\n", end)
    last = min(line if line >= 0 else len(text), end + AROUND, first + LONGEST_QUOTE)
    while first < start and text[first].isspace():
        first += 1
    while last > end and text[last - 1].isspace():
        last -= 1
    return first, max(last, min(end, first + LONGEST_QUOTE))


def citations(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Those of all rows as a run's, numbered, each with its field. A document of which nothing was found again is cited
    as such: what was read out of it is seen by those who may read it."""
    found = []
    for row in rows:
        cited = [(each["path"], each["citation"]) for each in row.fields if each["citation"]]
        found += [(row, *each) for each in cited or ([("", _itself(row))] if row.values is not None else [])]
    return [
        {"marker": marker, "field": path, "row": str(row.pk), **citation}
        for marker, (row, path, citation) in enumerate(found, start=1)
    ]


def _itself(row: Row) -> dict[str, Any]:
    names = {"passage_id": None, "document_id": str(row.document_id), "title": row.document.title}
    return names | {"quote": "", "location": locate(None, "", 0, 0)}
