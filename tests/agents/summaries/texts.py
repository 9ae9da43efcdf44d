"""Texts with chapters, and lines, for tests of summaries."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from quarry import runtime

from agents.summaries.lines import Line, Origin, Text
from apps.knowledge import index
from apps.knowledge.models import Collection, Document
from ingestion.chunk import chunk
from ingestion.sandbox import parse_file
from tests.knowledge.conftest import SPACE, encode

CHAPTERS = {
    "Leave": "Every employee has seven days of leave after one year. Unused days of leave expire in March. "
    "The manager approves leave within three working days. Leave of more than five days is asked for ten days before.",
    "Filters": "The intake filter of the QX-2100 is replaced every 750 operating hours. A clogged filter raises the "
    "temperature of the motor by 12 degrees. The technician records each replacement in the log of the machine.",
    "Travel": "A trip abroad is approved by the head of the department. Hotels cost at most 4,000 dollars a night. "
    "Receipts are handed in within 14 days after the return. Flights of less than six hours are economy class.",
}
KAPITEL = {
    "休假": "員工到職滿一年者，每年給予特別休假七日。未休完之日數遞延至次年三月底。主管應於三個工作日內核准休假申請。"
    "連續請假五日以上者，應於十日前提出申請。",
    "差旅": "國外出差應由部門主管核准。住宿費每晚上限為新臺幣 4,000 元。收據應於返國後 14 日內繳交。"
    "飛行時間未滿六小時者，搭乘經濟艙。",
}


def lines(*sentences: str) -> list[Line]:
    """Sentences one after the other, each resting on itself."""
    starts = [sum(len(each) + 1 for each in sentences[:place]) for place in range(len(sentences))]
    return [
        Line(sentence, (Origin(0, start, start + len(sentence)),))
        for sentence, start in zip(sentences, starts, strict=True)
    ]


def written(chapters: Mapping[str, str]) -> Text:
    """A text with its headings, as a document has them."""
    whole, headings = "", []
    for title, words in chapters.items():
        headings.append((1, len(whole), len(whole) + len(title), title))
        whole += f"{title}\n\n{words}\n\n"
    return Text("Handbook", whole.rstrip(), "", 0, None, tuple(headings))


def stored(
    collection: Collection, chapters: Mapping[str, str], title: str = "Handbook", into: Document | None = None
) -> Document:
    """The same as a document that is ready, a passage a chapter; `into` one that is read anew."""
    text = written(chapters)
    digest = hashlib.sha256(f"{collection.pk}{title}{text.text}".encode()).hexdigest()
    document = into or Document.objects.create(
        collection=collection, title=title, filename=f"{title}.md", size=len(text.text), sha256=digest
    )
    places = [(start, title) for _, start, _, title in text.headings]
    ends = [start - 2 for start, _ in places[1:]] + [len(text.text)]
    pieces = [
        index.Piece(text.text[start:end], start, end, None, name)
        for (start, name), end in zip(places, ends, strict=True)
    ]
    vectors = encode([piece.text for piece in pieces]) if pieces else np.zeros((0, 384), np.float32)
    headings = [{"level": 1, "title": name, "start": start, "end": end} for _, start, end, name in text.headings]
    index.store(document.pk, text=text.text, pages=[], headings=headings, pieces=pieces, vectors=vectors, space=SPACE)
    document.refresh_from_db()
    return document


def model_info() -> runtime.ModelInfo:
    return runtime.ModelInfo("made-up", "0" * 64, 4096)


def sample(collection: Collection, name: str) -> Document:
    """One of the sample documents, read and cut as the product does it."""
    path = Path(__file__).resolve().parents[3] / "ingestion/samples/files" / name
    parsed = parse_file(path, name, cancelled=lambda: False)
    digest = hashlib.sha256(f"{collection.pk}{name}".encode()).hexdigest()
    document = Document.objects.create(
        collection=collection, title=parsed.title or name, filename=name, size=path.stat().st_size, sha256=digest
    )
    pieces = [index.Piece(each.text, each.start, each.end, each.page, each.heading) for each in chunk(parsed)]
    facts = parsed.as_dict()
    index.store(
        document.pk,
        text=parsed.text,
        pages=facts["pages"],
        headings=facts["headings"],
        pieces=pieces,
        vectors=encode([piece.text for piece in pieces]),
        space=SPACE,
    )
    document.refresh_from_db()
    return document
