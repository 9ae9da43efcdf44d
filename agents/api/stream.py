"""A run's events as server-sent events: an async view, so that a follower costs no thread while it waits."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import get_language, override
from quarry import events
from quarry.api import Problem
from quarry.api.problem import not_found, problem_of, respond
from quarry.api.schema import PLAIN
from quarry.api.streaming import SSE_HEADERS, in_thread

from agents import selectors
from apps.accounts.api.authentication import caller
from apps.accounts.models import User

RECONNECT_MS = 1000
# These can name documents, which are shown as the person may see them now, or hold sentences.
_FOR_THE_READER = {"step", "citation", "done", "error", "restart", "approval_required"}


async def run_events(request: HttpRequest, id: UUID) -> HttpResponse | StreamingHttpResponse:
    """Follows the caller's own run from the event after `Last-Event-ID` (or `?after=`) to its end."""
    if request.method != "GET":
        return respond(Problem(405, "Only GET is possible here."))
    try:
        person, after, over = await in_thread(lambda: _admit(request, id))
    except Exception as error:
        return respond(problem_of(error))
    if over:
        return HttpResponse(status=204)  # which tells a browser's EventSource not to come again
    body = _body(person, id, after, get_language())
    return StreamingHttpResponse(body, content_type="text/event-stream", headers=SSE_HEADERS)


def _admit(request: HttpRequest, id: UUID) -> tuple[User, str, bool]:
    person = caller(request, "chat")
    if not selectors.runs(person).filter(pk=id).exists():
        raise not_found()
    after = request.headers.get("Last-Event-ID") or request.GET.get("after") or events.START
    if not events.is_event_id(after):
        raise Problem(400, "Last-Event-ID must be the id of an event of this run.")
    return person, after, events.is_over(id, after)


async def _body(person: User, pk: UUID, after: str, language: str | None) -> AsyncIterator[str]:
    """The language is the request's, which is over for Django before the first event is sent."""
    yield f"retry: {RECONNECT_MS}\n\n"

    async def ended() -> events.Event | None:
        return await in_thread(lambda: selectors.ended_event(pk))

    async for event in events.follow_async(pk, after, ended=ended):
        yield await _text(person, event, language)


async def _text(person: User, event: events.Event, language: str | None) -> str:
    if event.kind == events.HEARTBEAT:
        return ": heartbeat\n\n"
    if event.kind in _FOR_THE_READER:
        event = await in_thread(lambda: _shown(person, event, language))
    head = f"id: {event.id}\n" if event.id else ""
    return f"{head}event: {event.kind}\ndata: {json.dumps(event.data, ensure_ascii=False, default=str)}\n\n"


def _shown(person: User, event: events.Event, language: str | None) -> events.Event:
    with override(language):
        return selectors.visible_event(person, event)


_PARAMETERS: list[dict[str, Any]] = [
    {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}},
    {"name": "Last-Event-ID", "in": "header", "required": False, "schema": {"type": "string"}},
    {"name": "after", "in": "query", "required": False, "schema": {"type": "string"}},
]
DESCRIPTION = """Events: `queued {position}`, `step`, `progress {stage, done, total}`, `reasoning {text}` (what a
thinking model says to itself, no part of the answer), `token {text}`, `citation`, `tool_call {step, name, title}`,
`tool_result {step, name, ok}`, `approval_required` (an approval: the run waits for people, and its stream stays open),
`restart {attempt, reason}` (discard the text shown so far), `done {status, answer, citations, usage, model}` and
`error {title, detail, type}`. The stream ends after `done` or `error`. Each event has an `id`; sending the last one as
`Last-Event-ID` goes on after it, without a gap and without a repeat, and is answered with 204 where nothing will come
any more. A comment comes every 15 seconds."""


def describe() -> None:
    """Adds the stream to the OpenAPI document."""
    PLAIN["/api/v1/runs/{id}/events"] = {
        "get": {
            "operationId": "runs_events",
            "summary": "Follow a run (server-sent events)",
            "description": DESCRIPTION,
            "parameters": _PARAMETERS,
            "responses": {
                "200": {"description": "", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
                "204": {"description": "There was nothing after this event, and there will be nothing."},
            },
        }
    }
