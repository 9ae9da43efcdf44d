"""A document's summary for an agent: within the time of a call, or, where that is too short, as a run of its own."""

import time
from collections.abc import Mapping
from typing import Any

from agents.loop.markers import without_markers
from agents.summaries import actions, sources
from agents.summaries.models import Summary
from agents.summaries.pipeline import Order, Pipeline, wanted_language
from agents.summaries.writer import Stopped, Writer
from agents.tools.types import Context, Result, ToolError
from apps.knowledge.models import Document, DocumentText
from apps.knowledge.selectors import documents

MARGIN = 2.0  # seconds before the deadline at which the work is handed over
HOW = ("style", "length", "language")
LATER = (
    "The document is long. Its summary is being written now and will be found among the person's summaries; say so. "
    "Do not ask for it again."
)


def summarise(context: Context, document: Document, wanted: Mapping[str, Any]) -> Result:
    """The summary, and the sentences of the document that it rests on, which an answer may cite. What was written
    before the time was over is not lost: the run goes on there."""
    rows = DocumentText.objects.filter(document__in=documents(context.person).filter(pk=document.pk).values("pk"))
    row = rows.select_related("document").first()
    if row is None or not row.text.strip():
        raise ToolError("Nothing has been read out of this document yet. Go on without it.")
    how, texts = {name: wanted[name] for name in HOW if wanted.get(name)}, [sources.text_of(row)]
    language = wanted_language(how.get("language", Summary.Language.AUTO), texts)
    order, work = Order(**{**how, "language": language}), _Pause(context)
    writer = Writer(work.over, models=context.run.input.get("models"))
    try:
        made = Pipeline(texts, order, writer, work).run()
    except Stopped:
        return _handed_over(context, document, how)
    facts = {"document_id": str(document.pk), "facts": made.facts, "citations": made.cited.citations()}
    return Result(without_markers(made.answer), facts, made.cited.found)


class _Pause:
    """Ends the work when the call must end."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def over(self) -> bool:
        return self._context.cancelled() or time.monotonic() > self._context.deadline - MARGIN

    def __call__(self) -> None:
        if self.over():
            raise Stopped


def _handed_over(context: Context, document: Document, how: Mapping[str, Any]) -> Result:
    if context.cancelled():
        raise ToolError("The work was stopped.")
    summary = actions.start(context.person, {"document": document.pk, **how})
    return Result(LATER, {"summary": str(summary.pk), "run": str(summary.run.pk)})
