"""Searching the documents that the person may read."""

from collections.abc import Mapping
from typing import Any

from agents.loop import find
from agents.loop.passages import Found
from agents.tools.builtin.types import BuiltIn, Task, parameters, text, whole
from agents.tools.kinds import Offer
from agents.tools.types import Context, Result

FOUND, MOST = 5, 10


def search(context: Context, arguments: Mapping[str, Any]) -> Result:
    found = find.passages(context.person, arguments["query"], context.collections, arguments.get("limit", FOUND))
    if not found:
        return Result("Nothing was found. Try other words.", {"passages": []})
    shown = "\n\n".join(f"[{number}] {_place(each)}\n{each.text}" for number, each in enumerate(found, 1))
    return Result(shown, {"passages": [each.facts() for each in found]}, found)


def _place(passage: Found) -> str:
    page = passage.location.get("page")
    return f"{passage.title}, page {page}" if page else passage.title


TOOL = BuiltIn(
    "knowledge-search",
    "Knowledge search",
    "Finds passages in the documents that the person may read.",
    [
        Task(
            Offer(
                "search_knowledge",
                "Search the company's documents: policies, manuals, contracts. 搜尋公司文件、規定、知識庫",
                parameters(
                    ["query"],
                    query=text("What to look for", minLength=1, maxLength=1000),
                    limit=whole("How many passages", minimum=1, maximum=MOST),
                ),
                title="Search the documents",
                writes=False,
            ),
            search,
        )
    ],
)
