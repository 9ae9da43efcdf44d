"""Questions to uploaded sheets in SQL. The sheets are loaded into a DuckDB of their own, in a process of its own that
has no network, no files and no secrets: see `sheets_child`."""

import json
import logging
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from agents.tools.builtin import child, documents
from agents.tools.builtin.types import BuiltIn, Task, parameters, text
from agents.tools.kinds import Offer
from agents.tools.types import Context, Result, ToolError
from apps.knowledge import blobs
from apps.knowledge.models import Document

ENDINGS = (".xlsx", ".csv", ".tsv")
MOST = 5  # sheets at once
MOST_BYTES = 50 * 1024 * 1024
SECONDS = 25.0
LIMITS = {"memory": 2 * 1024**3, "cpu": 30, "output": 200 * 1024**2}
logger = logging.getLogger(__name__)


def query(context: Context, arguments: Mapping[str, Any]) -> Result:
    """The answer of one SELECT; without one, which tables and columns there are."""
    found = _chosen(context, arguments.get("documents", ()))
    if sum(each.size for each in found) > MOST_BYTES:
        raise ToolError(f"The files are larger than {MOST_BYTES // 1024**2} MB together. Ask about fewer.")
    files = [{"path": str(blobs.path(each.sha256)), "name": each.filename, "title": each.title} for each in found]
    answer = _asked(context, {"files": files, "sql": arguments.get("sql", "").strip()})
    return Result(answer["text"], answer["data"])


def _chosen(context: Context, named: Sequence[str]) -> list[Document]:
    """The sheets that are named; where none is, all there are, if they are few."""
    if named:
        return list(dict.fromkeys(_sheet(context, each) for each in named))
    sheets = _sheets(context)
    if not 0 < sheets.count() <= MOST:
        raise ToolError(f"Name the sheets that are meant. The sheets are: {documents.names(sheets)}.")
    return [_kept(each) for each in sheets]


def _sheets(context: Context) -> QuerySet[Document]:
    return documents.readable(context).filter(reduce(or_, (Q(filename__iendswith=each) for each in ENDINGS)))


def _sheet(context: Context, name: str) -> Document:
    """The sheet of this name, although another document may be called alike."""
    sheets = _sheets(context)
    found = documents.matching(sheets, name)
    document = found[0] if len(found) == 1 else documents.one(context, name)
    if not document.filename.lower().endswith(ENDINGS):
        raise ToolError(f"{document.filename} is not a sheet. The sheets are: {documents.names(sheets)}.")
    return _kept(document)


def _kept(document: Document) -> Document:
    if not blobs.path(document.sha256).is_file():
        raise ToolError(f"The file {document.filename} is missing from the file store.")
    return document


def _asked(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    limits = json.dumps(LIMITS | {"parent": os.getpid()})
    command = [sys.executable, "-s", "-m", "agents.tools.builtin.sheets_child", limits]
    with tempfile.TemporaryDirectory(prefix="quarry-sheets-") as folder:
        variables = child.python_variables(folder)
        ended = child.run(command, json.dumps(request).encode(), context, SECONDS, folder, variables=variables)
    if ended.status is None:
        raise ToolError("The query took too long. Ask for less.")
    if ended.status != 0:
        logger.warning("A query to sheets ended with %s: %s", ended.status, ended.errors[-300:])
        raise ToolError("The query needs too much memory or time. Ask for less.")
    if len(ended.output) >= child.OUTPUT:
        raise ToolError("The answer is too long. Ask for fewer columns.")
    answer: dict[str, Any] = json.loads(ended.output)
    if "refused" in answer:
        raise ToolError(answer["refused"])
    return answer


TOOL = BuiltIn(
    "sheets",
    "Sheets",
    "Answers questions to uploaded sheets (xlsx, csv) in SQL.",
    [
        Task(
            Offer(
                "query_sheets",
                "Figures from the company's Excel and CSV sheets by one SQL SELECT: sums, averages, groups. Without "
                "sql it lists the sheets with their tables and columns: do that first. 試算表、Excel、統計、加總、平均",
                parameters(
                    documents={
                        "type": "array",
                        "description": "Sheets that are meant; left out, all there are",
                        "items": text("Title, file name or id", minLength=1, maxLength=300),
                        "maxItems": MOST,
                    },
                    sql=text("One SELECT in DuckDB's SQL", maxLength=5000),
                ),
                title="Query sheets",
                writes=False,
            ),
            query,
        )
    ],
)
