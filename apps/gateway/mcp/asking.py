"""An assistant's answer for a program that waits: a run like any other, followed until it ends, stopped when the
program goes."""

from collections.abc import Awaitable, Callable
from typing import Any

from quarry import events
from quarry.api import Problem
from quarry.api.sentences import said

from agents.models import Run
from apps.gateway import actions, requests
from apps.gateway.api.answering import Following
from apps.gateway.fields import Fields
from apps.gateway.mcp.caller import Caller

Report = Callable[[float, float | None, str | None], Awaitable[None]]


async def ask(caller: Caller, assistant: str, arguments: dict[str, Any], report: Report) -> tuple[str, dict[str, Any]]:
    """The answer with its sources, as text and as data."""
    run = await caller.do(lambda: _begun(caller, assistant, arguments))
    following = Following(caller.person, run)
    try:
        end = await _followed(following, report)
    finally:
        following.leave()  # also when the client cancels, or is gone: the run is stopped then
    return await caller.do(lambda: _told(run, end))


def _begun(caller: Caller, assistant: str, arguments: dict[str, Any]) -> Run:
    body = Fields(
        {
            "model": assistant,
            "messages": [{"role": "user", "content": arguments["question"]}],
            "collections": arguments.get("collections"),
        }
    )
    return actions.complete(caller.person, requests.chat(body), body)[0]


async def _followed(following: Following, report: Report) -> events.Event:
    """The last event. Those before it are told as progress, at least one every few seconds, so that nobody takes the
    connection for dead."""
    place = 0.0
    while (event := await following.next()) is None or event.kind not in events.TERMINAL:
        if event is not None and event.kind not in ("token", "reasoning"):
            place += 1
            await report(place, None, _message(event))
    return event


def _message(event: events.Event) -> str | None:
    match event.kind:
        case "queued":
            return f"Waiting, place {event.data['position']}"
        case "step":
            return f"{event.data['name']}: {event.data['status']}"
    return None


def _told(run: Run, end: events.Event) -> tuple[str, dict[str, Any]]:
    data = end.data
    if end.kind == "error":
        raise Problem(500, data["detail"])
    if data["status"] == Run.Status.CANCELLED:
        raise Problem(409, "This was stopped before it was answered.", code="cancelled")
    answer = said(data["detail"]) if "quarry" in data else str(data["answer"])
    citations = list(data["citations"])
    sources = "\n".join(f"[{each['marker']}] {_place(each)}" for each in citations)
    text = f"{answer}\n\nSources:\n{sources}" if sources else answer
    return text, {"answer": answer, "citations": citations, "status": data["status"], "run": str(run.pk)}


def _place(citation: dict[str, Any]) -> str:
    page = (citation.get("location") or {}).get("page")
    return f"{citation['title']}{f', page {page}' if page else ''}"
