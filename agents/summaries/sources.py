"""From what a summary is asked of to the texts that its person may read now."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from agents.summaries.lines import Text
from agents.summaries.models import Summary
from apps.accounts.models import User
from apps.knowledge.models import Document, DocumentText
from apps.knowledge.selectors import documents

# A person's own text by its id: title and text, or None. Those whose texts lie on a higher floor say so themselves.
Reader = Callable[[User, UUID], tuple[str, str] | None]
_readers: dict[str, Reader] = {}


def provide(name: str, reader: Reader) -> None:
    """Says who reads a kind of text, as "conversation"; from `AppConfig.ready`."""
    _readers[name] = reader


def own(person: User, name: str, id: UUID) -> tuple[str, str] | None:
    """Title and text of something of the person's own."""
    reader = _readers.get(name)
    return reader(person, id) if reader else None


def texts(person: User, summary: Summary) -> list[Text]:
    """The texts; what the person may no longer read, or what is gone, is not among them."""
    source = summary.source
    if "text" in source:
        return [Text(summary.title, summary.text)]
    if "conversation" in source:
        found = own(person, "conversation", UUID(source["conversation"]))
        return [Text(*found)] if found and found[1].strip() else []
    if "selection" in source:
        chosen = source["selection"]
        return _read(person, [chosen["document"]], chosen["start"], chosen["end"])
    if "collection" in source:
        ready = documents(person).filter(collection=source["collection"], status=Document.Status.READY)
        return _read(person, [str(pk) for pk in ready.order_by("title", "pk").values_list("pk", flat=True)])
    return _read(person, source["documents"])


def _read(person: User, ids: Iterable[str], start: int = 0, end: int | None = None) -> list[Text]:
    order = list(ids)
    readable = documents(person).filter(pk__in=order).values("pk")
    rows = DocumentText.objects.filter(document__in=readable).select_related("document")
    found = {str(row.document_id): row for row in rows}
    return [text_of(found[id], start, end) for id in order if id in found]


def text_of(row: DocumentText, start: int = 0, end: int | None = None) -> Text:
    """A document's text with its headings."""
    headings = tuple(_heading(each) for each in row.headings)
    return Text(row.document.title, row.text, str(row.document_id), start, end, headings)


def _heading(facts: dict[str, Any]) -> tuple[int, int, int, str]:
    return facts["level"], facts["start"], facts["end"], facts["title"]
