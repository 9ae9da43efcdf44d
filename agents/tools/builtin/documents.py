"""Listing and reading the documents that the person may read."""

import uuid
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from django.db.models import Q, QuerySet

from agents.loop.passages import Found
from agents.loop.words import overlap, words
from agents.tools.builtin.types import BuiltIn, Task, parameters, text, whole
from agents.tools.kinds import Offer
from agents.tools.types import Context, Result, ToolError
from apps.knowledge import selectors
from apps.knowledge.models import Document, DocumentText, Passage

WINDOW = 4000  # characters read at once
LISTED = 20
COMPARED = 1000  # documents among which one is looked for by some of its words
LIKE = 0.6  # of the words that somebody calls a document by stand in its title: that is the one


def readable(context: Context) -> QuerySet[Document]:
    """The documents that may be read by this person, in this run."""
    found = selectors.documents(context.person)
    return found if context.collections is None else found.filter(collection__in=list(context.collections))


def one(context: Context, name: str) -> Document:
    """The document that is meant by an id, a title or the name of a file."""
    every = readable(context)
    found = matching(every, name)
    if not found:
        raise ToolError(f"There is no document {name[:100]!r}. There are: {names(every)}.")
    if len(found) > 1:
        listed = "; ".join(f"{each.title} (id {each.pk})" for each in found)
        raise ToolError(f"Several documents are called so. Call again with one of these ids: {listed}")
    return found[0]


def matching(documents: QuerySet[Document], name: str) -> list[Document]:
    """Those that an id, a title or the name of a file can mean: exactly, else in part, else by most of its words."""
    try:
        return list(documents.filter(pk=uuid.UUID(name)))
    except ValueError:
        exact = Q(title__iexact=name.strip()) | Q(filename__iexact=name.strip())
        found = list(documents.filter(exact)[:LISTED]) or list(documents.filter(_like(name))[:LISTED])
        return found or _by_words(documents, name)


def read(context: Context, arguments: Mapping[str, Any]) -> Result:
    document = one(context, arguments["document"])
    content = DocumentText.objects.filter(document=document).first()
    if content is None or not content.text:
        raise ToolError(f"Nothing has been read out of this document yet; it is {document.get_status_display()}.")
    start = _start(content, arguments)
    end = min(start + WINDOW, len(content.text))
    more = f"\n[Read on with offset {end}; {len(content.text) - end} characters are left.]"
    shown = f"{document.title}, characters {start} to {end} of {len(content.text)}\n{content.text[start:end]}"
    data = {"document_id": str(document.pk), "start": start, "end": end, "size": len(content.text)}
    return Result(
        shown + (more if end < len(content.text) else ""), data, _passages(document, content.text, start, end)
    )


def listed(context: Context, arguments: Mapping[str, Any]) -> Result:
    every = readable(context).order_by("title", "id")
    found = every.filter(_like(query)) if (query := arguments.get("query", "")) else every
    first = (arguments.get("page", 1) - 1) * LISTED
    count, rows = found.count(), list(found[first : first + LISTED])
    if not rows:
        return Result(f"There are no such documents. There are: {names(every)}.", {"count": count, "documents": []})
    lines = [f"- {each.title} ({each.filename}, in {each.collection.name}), id {each.pk}" for each in rows]
    more = f"\n[There are more: page {arguments.get('page', 1) + 1}.]" if first + LISTED < count else ""
    facts = [{"document_id": str(each.pk), "title": each.title} for each in rows]
    return Result(f"{count} documents:\n" + "\n".join(lines) + more, {"count": count, "documents": facts})


def names(documents: QuerySet[Document]) -> str:
    """What there is, for a model that asked for something else."""
    titles = list(documents.order_by("title", "id").values_list("title", flat=True)[: LISTED + 1])
    more = ["and more; list_documents lists them"] if len(titles) > LISTED else []
    return "; ".join([*titles[:LISTED], *more]) or "no documents"


def _by_words(documents: QuerySet[Document], name: str) -> list[Document]:
    """A model seldom calls a document exactly as it is called. The ending of a file's name tells nothing."""
    asked = words(PurePath(name).stem)
    rows = documents.order_by("title", "id")[:COMPARED]
    scores = {each: overlap(asked, words(f"{each.title} {PurePath(each.filename).stem}")) for each in rows}
    best = max(scores.values(), default=0.0)
    return [each for each, score in scores.items() if score == best][:LISTED] if best >= LIKE else []


def _like(name: str) -> Q:
    return Q(title__icontains=name.strip()) | Q(filename__icontains=name.strip())


def _start(content: DocumentText, arguments: Mapping[str, Any]) -> int:
    start = arguments.get("offset", 0)
    if page := arguments.get("page"):
        begins = {each["page"]: each["start"] for each in content.pages} or {1: 0}
        if page not in begins:
            known = f"it has pages {min(begins)} to {max(begins)}" if content.pages else "it has no pages: use offset"
            raise ToolError(f"The document has no page {page}; {known}.")
        start += begins[page]
    if start >= len(content.text):
        raise ToolError(f"The document ends at character {len(content.text)}.")
    return int(start)


def _passages(document: Document, whole_text: str, start: int, end: int) -> list[Found]:
    """The passages that lie in what was read, so that an answer can cite them."""
    rows = Passage.objects.filter(document=document, start__lt=end, end__gt=start).order_by("ordinal")
    return [
        Found(
            passage_id=str(row.pk),
            document_id=str(document.pk),
            title=document.title,
            text=whole_text[row.start : row.end] or row.text,
            score=1.0,
            location={"page": row.page, "heading": row.heading, "start": row.start, "end": row.end},
        )
        for row in rows.defer("embedding", "lexemes")
    ]


READ = BuiltIn(
    "read-document",
    "Read document",
    "Reads a document piece by piece.",
    [
        Task(
            Offer(
                "read_document",
                "Read a document from a page or an offset on. 閱讀文件全文",
                parameters(
                    ["document"],
                    document=text("Title, file name or id", minLength=1, maxLength=300),
                    page=whole("Begin at this page", minimum=1),
                    offset=whole("Begin at this character", minimum=0),
                ),
                title="Read a document",
                writes=False,
            ),
            read,
        )
    ],
)
LIST = BuiltIn(
    "list-documents",
    "List documents",
    "Lists the documents that the person may read.",
    [
        Task(
            Offer(
                "list_documents",
                "List documents by title or file name. 列出文件、檔案清單",
                parameters(
                    query=text("Part of the title or file name", maxLength=200),
                    page=whole("Page of the list", minimum=1, maximum=10_000),
                ),
                title="List documents",
                writes=False,
            ),
            listed,
        )
    ],
)
