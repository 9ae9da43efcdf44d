"""Summaries of documents that the person may read."""

from collections.abc import Mapping
from typing import Any

from agents.summaries.tool import summarise
from agents.tools.builtin import documents
from agents.tools.builtin.types import BuiltIn, Task, parameters, text
from agents.tools.kinds import Offer
from agents.tools.types import Context, Result


def call(context: Context, arguments: Mapping[str, Any]) -> Result:
    return summarise(context, documents.one(context, arguments["document"]), arguments)


TOOL = BuiltIn(
    "summarise",
    "Summaries",
    "Summarises documents that the person may read.",
    [
        Task(
            Offer(
                "summarise_document",
                "Summarise a document. 摘要、重點整理",
                parameters(
                    ["document"],
                    document=text("Title, file name or id", minLength=1, maxLength=300),
                    style=text("How it is written", enum=["executive", "bullets", "minutes", "official"]),
                    length=text("How long", enum=["short", "medium", "long"]),
                    language=text("In which language", enum=["en", "zh-Hant", "zh-Hans"]),
                ),
                title="Summarise a document",
                writes=False,
            ),
            call,
        )
    ],
)
