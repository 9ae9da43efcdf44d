"""Citations: for each marker of an answer the passage, and the words of the document that the answer rests on."""

from collections.abc import Mapping, Sequence
from typing import Any

from .passages import Found
from .sentences import Span, sentences
from .words import overlap, words

LONGEST_QUOTE = 400
WORTH = 0.1  # a second sentence in the quote must add so much of what is claimed


def citation(marker: int, passage: Found, claims: Sequence[str]) -> dict[str, Any]:
    """The citation of one passage. Its quote stands verbatim in the document, at `location`."""
    span = quote_span(passage.text, claims)
    place = dict(passage.location)
    if "start" in place:
        place |= {"start": place["start"] + span.start, "end": place["start"] + span.end}
    return {
        "marker": marker,
        "passage_id": passage.passage_id,
        "document_id": passage.document_id,
        "title": passage.title,
        "quote": span.of(passage.text),
        "location": place,
    }


def citations(passages: Sequence[Found], claims: Mapping[int, Sequence[str]]) -> list[dict[str, Any]]:
    """The citations of all markers that the answer uses."""
    return [citation(marker, passages[marker - 1], claims[marker]) for marker in sorted(claims)]


def quote_span(text: str, claims: Sequence[str]) -> Span:
    """The sentence of `text` that says most of what is claimed, and its neighbour if that adds to it."""
    said = words(" ".join(claims))
    spans = sentences(text) or [Span(0, len(text))]
    gains = [overlap(said, words(span.of(text))) for span in spans]
    best = max(range(len(spans)), key=lambda place: gains[place])
    candidates = [(best, best), (best - 1, best), (best, best + 1)]
    stretches = [Span(spans[a].start, spans[b].end) for a, b in candidates if a >= 0 and b < len(spans)]
    chosen = max(stretches, key=lambda span: overlap(said, words(span.of(text))) - (span != spans[best]) * WORTH)
    return Span(chosen.start, min(chosen.end, chosen.start + LONGEST_QUOTE))
