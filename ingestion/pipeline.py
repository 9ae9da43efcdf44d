"""One document's way into the search: claim, parse, chunk, embed, store. Safe to run twice, safe to be killed."""

import logging
import threading
import time
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone
from quarry import leases, runtime

from apps.audit import record
from apps.knowledge import blobs, index
from apps.knowledge.models import Document
from ingestion.chunk import Chunk, chunk
from ingestion.embedding import embed_all, with_context
from ingestion.parse.types import Parsed, ParseError
from ingestion.patience import OUTAGES, patiently
from ingestion.sandbox import ParseCancelled, parse_file

logger = logging.getLogger(__name__)
_READ, _EMBEDDED = 0.15, 0.97  # where the progress bar stands after parsing and after embedding
_REPORT_SECONDS = 0.7
Status = Document.Status


class Abandoned(Exception):
    """The document was deleted, or another worker has taken it over: stop without writing."""


def ingest(document_id: uuid.UUID) -> bool:
    """Reads a queued document. False when there was nothing to do: deleted, in work elsewhere, or done already."""
    forever = threading.Event()
    document = patiently(lambda: _claim(document_id), forever)
    if document is None:
        return False
    with leases.holding(document) as lost:
        try:
            Ingestion(document, lost).run()
        except (Abandoned, ParseCancelled):
            logger.info("Document %s was deleted or taken over meanwhile", document_id)
            return False
        except ParseError as error:
            _give_up(document, str(error), lost)
        except OUTAGES:
            raise  # stays claimed; recovery queues it again when the lease has run out
        except Exception as error:
            logger.exception("Document %s", document_id)
            _give_up(document, _unexpected(error), lost)
    return True


def _claim(document_id: uuid.UUID) -> Document | None:
    waiting = Document.objects.filter(pk=document_id, status=Status.QUEUED)
    if not leases.claim(waiting, status=Status.PARSING, stage="Reading the file", progress=0.02, error=""):
        return None
    return Document.objects.filter(pk=document_id).select_related("collection").first()


def _give_up(document: Document, sentence: str, lost: threading.Event) -> None:
    patiently(lambda: fail(document, sentence), lost)


def _unexpected(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "The uploaded file is missing from the file store; upload it again."
    return f"Reading the document failed unexpectedly ({type(error).__name__}: {str(error)[:300]})."


class Ingestion:
    """The work on one claimed document."""

    def __init__(self, document: Document, lost: threading.Event) -> None:
        self.document = document
        self.lost = lost
        self._reported = 0.0

    def run(self) -> None:
        """All stages; raises ParseError for what the person has to hear, Abandoned when the work is not ours."""
        document = self.document
        parsed = parse_file(blobs.path(document.sha256), document.filename, cancelled=self.lost.is_set)
        chunks = chunk(parsed)
        if not chunks:
            raise ParseError("The file contains no text.")
        self._report(_READ, f"Embedding {len(chunks)} passages", now=True, status=Status.EMBEDDING)
        space, _ = patiently(runtime.embedding_space, self.lost)
        texts = [with_context(document.title, piece) for piece in chunks]
        vectors = embed_all(texts, space, self._embedded, self.lost)
        self._report(_EMBEDDED, "Storing", now=True)
        patiently(lambda: self._store(parsed, chunks, vectors, space), self.lost)

    def _embedded(self, share: float) -> None:
        self._report(_READ + (_EMBEDDED - _READ) * share)

    def _report(self, progress: float, stage: str | None = None, *, now: bool = False, **changes: Any) -> None:
        """Writes progress, at most every 0.7 s; finding no row of ours to write to is how deletion is noticed."""
        if self.lost.is_set():
            raise Abandoned
        if not now and time.monotonic() - self._reported < _REPORT_SECONDS:
            return
        self._reported = time.monotonic()
        if stage is not None:
            changes["stage"] = stage
        ours = Document.objects.filter(pk=self.document.pk, lease_owner=leases.owner())
        if not patiently(lambda: ours.update(progress=progress, **changes), self.lost):
            raise Abandoned

    @transaction.atomic
    def _store(self, parsed: Parsed, chunks: list[Chunk], vectors: Any, space: str) -> None:
        """Text, passages, word counts, status and audit event: all of it, or nothing."""
        if not _ours(self.document):
            raise Abandoned
        values = parsed.as_dict()
        stored = index.store(
            self.document.pk,
            text=parsed.text,
            pages=values["pages"],
            headings=values["headings"],
            pieces=[index.Piece(piece.text, piece.start, piece.end, piece.page, piece.heading) for piece in chunks],
            vectors=vectors,
            space=space,
            language=parsed.language,
            media_type=parsed.media_type,
            lease_owner="",
            lease_until=None,
            attempts=0,
        )
        if not stored:
            raise Abandoned
        facts = {"passages": len(chunks), "pages": len(parsed.pages), "language": parsed.language}
        record(None, "document.ingest", self.document, {**facts, "space": space, "warnings": parsed.warnings})


def _ours(document: Document) -> bool:
    """Locks the document's row, if this process still holds it."""
    rows = Document.objects.select_for_update().filter(pk=document.pk, lease_owner=leases.owner())
    return rows.values_list("pk", flat=True).first() is not None


@transaction.atomic
def fail(document: Document, sentence: str) -> None:
    """Gives the document up with the reason, unless it is not ours any more."""
    rows = Document.objects.filter(pk=document.pk)
    changes = {"status": Status.FAILED, "stage": "", "error": sentence[:1000], "updated_at": timezone.now()}
    if leases.release(rows, **changes):
        record(None, "document.fail", document, {"error": sentence})
