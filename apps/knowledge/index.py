"""Putting a document's passages into the search and taking them out: the only writer of passages and of word counts."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection, transaction

from apps.knowledge import lexical
from apps.knowledge.models import DIMENSION, Document, DocumentText, Passage, Space
from apps.knowledge.statistics import LENGTH, PASSAGES

COPY = """
    COPY knowledge_passage (id, document_id, collection_id, ordinal, text, heading, page, start, "end",
    space_id, embedding, lexemes, length) FROM STDIN
"""
COUNT = """
    INSERT INTO knowledge_termdelta (collection_id, lexeme, passages)
    SELECT collection_id, lexeme, %(sign)s * count(*)
    FROM knowledge_passage, unnest(tsvector_to_array(lexemes)) AS lexeme
    WHERE document_id = %(document)s GROUP BY 1, 2
    UNION ALL
    SELECT collection_id, %(passages)s, %(sign)s * count(*)
    FROM knowledge_passage WHERE document_id = %(document)s GROUP BY 1
    UNION ALL
    SELECT collection_id, %(length)s, %(sign)s * sum(length)
    FROM knowledge_passage WHERE document_id = %(document)s GROUP BY 1
"""


@dataclass(frozen=True)
class Piece:
    """A passage before it is stored: `text` is what people read, `start` and `end` its place in the document's."""

    text: str
    start: int
    end: int
    page: int | None = None
    heading: str = ""


@transaction.atomic
def store(
    document_id: uuid.UUID,
    *,
    text: str,
    pages: Sequence[dict[str, Any]],
    headings: Sequence[dict[str, Any]],
    pieces: Sequence[Piece],
    vectors: np.ndarray,
    space: str,
    **facts: Any,
) -> bool:
    """Swaps the document's text and passages for these and sets it ready, with `facts` (language, ...) as its fields.

    All or nothing, and readers see the old passages until it is done. False when the document was deleted meanwhile.
    """
    _check(pieces, vectors)
    document = Document.objects.select_for_update().filter(pk=document_id).first()
    if document is None:
        return False
    remove_passages(document)
    DocumentText.objects.update_or_create(
        document=document, defaults={"text": _clean(text), "pages": list(pages), "headings": list(headings)}
    )
    space_id = _space(space)
    _copy(_rows(document, space_id, pieces, vectors))
    _count(document, +1)
    done = {"status": Document.Status.READY, "stage": "", "progress": 1.0, "error": ""}
    for name, value in {**done, "passages_count": len(pieces), "space_id": space_id, **facts}.items():
        setattr(document, name, value)
    document.save()
    return True


def remove_passages(document: Document) -> None:
    """Takes the document out of search; part of the caller's transaction."""
    _count(document, -1)
    passages = Passage.objects.filter(document=document)
    passages._raw_delete(passages.db)  # one statement: nothing hangs on a passage


def retitle(document: Document) -> None:
    """Writes the words of the document's new title into its passages; part of the caller's transaction."""
    _count(document, -1)
    passages = list(Passage.objects.filter(document=document).defer("embedding", "lexemes"))
    rows = [(*lexical.vector(passage.text, document.title, passage.heading), passage.pk) for passage in passages]
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE knowledge_passage SET lexemes = %s, length = %s WHERE id = %s", rows)
    _count(document, +1)


def passage_id(document_id: uuid.UUID, ordinal: int, text: str) -> uuid.UUID:
    """The same passage has the same id when a document is read again, so old citations still open."""
    return uuid.uuid5(document_id, f"{ordinal}:{text}")


def _check(pieces: Sequence[Piece], vectors: np.ndarray) -> None:
    if vectors.shape != (len(pieces), DIMENSION):
        raise ValueError(
            f"{len(pieces)} passages need vectors of {DIMENSION} dimensions, not an array {vectors.shape}: "
            "this embedding model does not fit this database."
        )
    if not np.isfinite(vectors).all():
        raise ValueError("The embedding model gave numbers that are not finite.")


def _space(name: str) -> int:
    return Space.objects.get_or_create(name=name)[0].pk


def _rows(
    document: Document, space_id: int, pieces: Iterable[Piece], vectors: np.ndarray
) -> Iterator[tuple[object, ...]]:
    for ordinal, (piece, row) in enumerate(zip(pieces, vectors, strict=True)):
        text, heading = _clean(piece.text), _clean(piece.heading)[:500]
        lexemes, length = lexical.vector(text, document.title, heading)
        yield (
            *(passage_id(document.pk, ordinal, text), document.pk, document.collection_id, ordinal, text, heading),
            *(piece.page, piece.start, piece.end, space_id),
            *("[" + ",".join(f"{value:.6g}" for value in row) + "]", lexemes, length),
        )


def _copy(rows: Iterable[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            copy.write_row(row)


def _count(document: Document, sign: int) -> None:
    values: dict[str, Any] = {"sign": sign, "document": document.pk, "passages": PASSAGES, "length": LENGTH}
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)


def _clean(text: str) -> str:
    """PostgreSQL keeps no NUL; one code point for one, so that offsets stay right."""
    return text.replace("\x00", "\ufffd")
