"""What callers are offered: as much as their key's scopes and their own permission allow, decided anew each time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import mcp_types as types
from quarry.api import Problem
from quarry.api.sentences import said

from agents.models import Run
from agents.tools.builtin import documents
from agents.tools.types import Context
from apps.gateway import selectors
from apps.gateway.assistant import PREFIX
from apps.gateway.mcp import asking
from apps.gateway.mcp.caller import ASK, READ, Caller
from apps.knowledge import actions
from apps.knowledge import selectors as knowledge
from apps.knowledge.search import LONGEST_QUERY, Hit, Scope

MOST_PASSAGES, MOST_COLLECTIONS = 20, 200
Report: TypeAlias = Callable[[float, float | None, str | None], Awaitable[None]]
Answer: TypeAlias = tuple[str, dict[str, Any]]
READS = types.ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
COLLECTIONS = {
    "type": "array",
    "items": {"type": "string", "maxLength": 200},
    "maxItems": 100,
    "description": "Names or ids of the collections to look in; left out, all that may be read",
}


@dataclass(frozen=True)
class Tool:
    """A tool as the protocol describes it, and how it is called."""

    described: types.Tool
    call: Callable[[Caller, dict[str, Any], Report], Awaitable[Answer]]


def offered(caller: Caller) -> list[Tool]:
    """What this caller may use now."""
    reading = [SEARCH, READ_DOCUMENT, LIST_COLLECTIONS] if caller.may(READ) else []
    return [*reading, *(_assistants(caller) if caller.may(ASK) else [])]


def _assistants(caller: Caller) -> list[Tool]:
    return [_assistant(each) for each in selectors.offers(caller.person) if each.kind == "assistant"]


def _assistant(offer: selectors.Offer) -> Tool:
    slug = offer.id.removeprefix(PREFIX)
    name = offer.name or said("Knowledge answerer")
    schema = _schema(
        ["question"],
        question={"type": "string", "minLength": 1, "maxLength": 8000, "description": "The whole question"},
        collections=COLLECTIONS,
    )
    text = f"Asks the assistant “{name}”. It answers from the company's documents and names its sources."
    described = types.Tool(name=f"ask_{slug.replace('-', '_')}", title=name, description=text, input_schema=schema)

    async def call(caller: Caller, arguments: dict[str, Any], report: Report) -> Answer:
        return await asking.ask(caller, offer.id, arguments, report)

    return Tool(described, call)


def _schema(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


async def _search(caller: Caller, arguments: dict[str, Any], report: Report) -> Answer:
    def work() -> Answer:
        scope = Scope(_collections(caller, arguments.get("collections")))
        hits = actions.search_and_record(caller.person, arguments["query"], scope, arguments.get("limit", 8))
        shown = [_passage(number, hit) for number, hit in enumerate(hits, 1)]
        data = {"results": [_facts(hit) for hit in hits], "warning": hits.warning}
        return "\n\n".join(shown) or "Nothing was found.", data

    return await caller.do(work)


def _collections(caller: Caller, named: list[str] | None) -> list[Any] | None:
    """The collections that are meant; one that may not be read does not exist."""
    if named is None:
        return None
    found = [knowledge.named_collection(caller.person, each) for each in named]
    if not found or None in found:
        raise Problem(404, "There is no such collection, or you may not read it.")
    return [each.pk for each in found if each]


def _passage(number: int, hit: Hit) -> str:
    page = hit.location.get("page")
    return f"[{number}] {hit.title}{f', page {page}' if page else ''} (document {hit.document_id})\n{hit.text}"


def _facts(hit: Hit) -> dict[str, Any]:
    return {
        "passage_id": str(hit.passage_id),
        "document_id": str(hit.document_id),
        "title": hit.title,
        "text": hit.text,
        "score": round(hit.score, 4),
        "location": hit.location,
    }


async def _read_document(caller: Caller, arguments: dict[str, Any], report: Report) -> Answer:
    def work() -> Answer:
        # The built-in tool's own reading; the run that it wants is nobody's.
        context = Context(caller.person, Run(person=caller.person), None, "en", lambda: False, 0.0)
        found = documents.read(context, arguments)
        return found.text, found.data

    return await caller.do(work)


async def _list_collections(caller: Caller, arguments: dict[str, Any], report: Report) -> Answer:
    def work() -> Answer:
        page = arguments.get("page", 1)
        first, last = (page - 1) * MOST_COLLECTIONS, page * MOST_COLLECTIONS
        rows = list(knowledge.collections(caller.person)[first : last + 1])  # one more shows that there are more
        found = [
            {"id": str(row.pk), "name": row.name, "description": row.description, "documents": row.documents_count}  # type: ignore[attr-defined]
            for row in rows[:MOST_COLLECTIONS]
        ]
        lines = [f"- {each['name']}: {each['documents']} documents, id {each['id']}" for each in found]
        text = "\n".join(lines) or "There are no collections on this page."
        if len(rows) <= MOST_COLLECTIONS:
            return text, {"collections": found}
        return f"{text}\n[There are more: page {page + 1}.]", {"collections": found, "next_page": page + 1}

    return await caller.do(work)


SEARCH = Tool(
    types.Tool(
        name="search",
        title="Search the documents",
        description="Searches the company's documents by meaning and by words. Returns passages with their documents.",
        input_schema=_schema(
            ["query"],
            query={"type": "string", "minLength": 1, "maxLength": LONGEST_QUERY},
            collections=COLLECTIONS,
            limit={"type": "integer", "minimum": 1, "maximum": MOST_PASSAGES, "default": 8},
        ),
        annotations=READS,
    ),
    _search,
)
READ_DOCUMENT = Tool(
    types.Tool(
        name="read_document",
        title="Read a document",
        description="Reads a document's text, 4000 characters at a time. Read on with offset.",
        input_schema=_schema(
            ["document"],
            document={"type": "string", "minLength": 1, "maxLength": 300, "description": "Id, title or file name"},
            page={"type": "integer", "minimum": 1, "description": "Begin at this page"},
            offset={"type": "integer", "minimum": 0, "description": "Begin at this character"},
        ),
        annotations=READS,
    ),
    _read_document,
)
LIST_COLLECTIONS = Tool(
    types.Tool(
        name="list_collections",
        title="List the collections",
        description=f"Lists the collections of documents that may be read, {MOST_COLLECTIONS} at a time.",
        input_schema=_schema(
            [],
            page={"type": "integer", "minimum": 1, "maximum": 10_000, "description": "Page of the list"},
        ),
        annotations=READS,
    ),
    _list_collections,
)
