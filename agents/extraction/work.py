"""Carrying an extraction out as a run: a document after the other, each stored when it is read."""

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from quarry import runtime

from agents import kinds
from agents.extraction import findings, selectors
from agents.extraction.findings import GONE, TOO_LONG
from agents.extraction.models import Extraction, Row
from agents.extraction.reading import Reader
from agents.loop.outcome import Outcome, TimeLimit
from agents.models import Run, Step
from agents.recorder import Recorder
from agents.summaries.work import Stretch, usage_of
from agents.summaries.writer import Stopped, Writer
from apps.knowledge.models import DocumentText

TIME_LIMIT = 1_800.0


class Extracting:
    """One stretch of work on an extraction; rows that are done stay done."""

    def __init__(self, run: Run, recorder: Recorder, cancelled: Callable[[], bool], deadline: float) -> None:
        self.run, self.recorder, self.cancelled, self.deadline = run, recorder, cancelled, deadline
        self.writer = Writer(cancelled, recorder, run.input.get("models"))

    def answer(self) -> Outcome:
        """Carries it out; raises Later where it goes on later."""
        extraction = Extraction.objects.get(run=self.run)
        pause, rows = Stretch(self.cancelled), list(extraction.rows.all())
        try:
            for number, row in enumerate(rows):
                if row.status == Row.Status.WAITING:
                    self._read(extraction, row, number, len(rows))
                    pause()
        except Stopped:
            if time.monotonic() > self.deadline:
                raise TimeLimit from None
            return Outcome("", cancelled=True, usage=usage_of(self.run))
        except runtime.EngineBusy as busy:
            raise kinds.Later(min(busy.retry_after, 5.0)) from busy
        return self._finished(extraction)

    def _read(self, extraction: Extraction, row: Row, number: int, total: int) -> None:
        """Reads one document into its row."""
        content = self._content(row)
        if content is None:
            findings.fail(row, GONE)
            return
        if total > 1:
            self._progress("documents", number, total)
        document = {"document_id": str(row.document_id), "title": content.document.title}
        arguments = {"documents": [document], "row": number + 1, "rows": total}
        with self.recorder.step(Step.Kind.GENERATE, "extract", arguments) as step:
            used = dict(self.writer.usage)
            report = (lambda done, of: self._progress("fields", done, of)) if total == 1 else None
            try:
                reading = Reader(self.run.person, content, self.writer, report).read(extraction.schema)
                findings.store(row, extraction.schema, content, reading)
            except runtime.PromptTooLong:
                findings.fail(row, TOO_LONG)
            now = self.writer.usage
            step.result = {"usage": {name: now[name] - used.get(name, 0) for name in now}, "status": row.status}

    def _content(self, row: Row) -> DocumentText | None:
        """The text, if the person may read it now."""
        rows = selectors.readable_rows(self.run.person, row.extraction).filter(pk=row.pk)
        if not rows.exists():
            return None
        return DocumentText.objects.select_related("document").filter(document=row.document_id).first()

    def _progress(self, stage: str, done: int, total: int) -> None:
        self.recorder.publish("progress", {"stage": stage, "done": done, "total": total})

    def _finished(self, extraction: Extraction) -> Outcome:
        rows = list(extraction.rows.select_related("document"))
        citations = findings.citations(rows)
        answer = json.dumps(_answer(extraction, rows), ensure_ascii=False)
        for citation in citations:
            self.recorder.publish("citation", citation)
        return Outcome(answer, citations, usage=usage_of(self.run), model=self.writer.model)


def _answer(extraction: Extraction, rows: Sequence[Row]) -> Any:
    """Of one document its values, which is what the schema accepts; of several a list with the document to each."""
    if "document" in extraction.source:
        return rows[0].values if rows and rows[0].values is not None else {}
    return list(map(_of, rows))


def _of(row: Row) -> dict[str, Any]:
    """A document that was not read has no title here: it is cited nowhere, so nothing would withhold it later."""
    title = row.document.title if row.values is not None else ""
    return {"document": str(row.document_id), "title": title, "status": row.status, "values": row.values}
