"""Replicate: a prediction is made, its output streamed from an address of its own, and called off when not wanted."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

from quarry import egress

from ..types import Done, DoneReason, Event, Request, RuntimeFault, Token, Usage
from . import chatbody, reading, sse
from .endpoint import Endpoint
from .faults import Unanswered, refused
from .line import Line

logger = logging.getLogger(__name__)
CALL_OFF = 5.0  # seconds
ROLES = {"user": "User", "assistant": "Assistant"}


def refuses(endpoint: Endpoint, request: Request) -> str:
    """Why this protocol cannot carry the request; empty where it can."""
    if request.prompt is not None and request.suffix:
        return "it does not fill gaps."
    if request.tools and request.choice != "none":
        return "its models are given text only, no tools."
    if request.schema is not None:
        return "it cannot bind an answer to a schema."
    if request.params.logprobs is not None or request.params.logit_bias or request.params.min_p:
        return "it knows no log-probabilities, no bias and no min_p."
    return ""


def answer(line: Line, request: Request) -> Iterator[Event]:
    """Makes a prediction and reads its output; what was not read to its end is called off."""
    prediction = _create(line, request)
    finished = False
    try:
        yield from _output(line, prediction["urls"]["stream"])
        reason, usage = _ended(line, prediction["urls"]["get"], request)
        finished = True
        yield Done(reason, usage, line.endpoint.info)
    finally:
        if not finished:
            _call_off(line.endpoint, prediction["urls"]["cancel"])


def models(line: Line) -> list[str] | None:
    """Whether the model is there; the list of all has tens of thousands."""
    owner_and_name = line.endpoint.model.partition(":")[0]
    line.fetch("GET", f"{line.endpoint.url}/models/{owner_and_name}", _headers(line.endpoint))
    return [line.endpoint.model]


def _create(line: Line, request: Request) -> dict[str, Any]:
    """Models of the house are called by name, others by their version: `owner/name:version`."""
    name, _, version = line.endpoint.model.partition(":")
    path = "/predictions" if version else f"/models/{name}/predictions"
    body = {"input": _input(request), "stream": True} | ({"version": version} if version else {})
    content, sent = json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json"}
    reply = line.fetch("POST", line.endpoint.url + path, _headers(line.endpoint) | sent, content).json()
    match reply:
        case {"urls": {"stream": str(), "get": str(), "cancel": str()}}:
            return dict(reply)
        case {"urls": {"get": str()}}:
            raise Unanswered(f'The model "{line.endpoint.model}" at the endpoint "{line.endpoint.slug}" cannot stream.')
    raise reading.nonsense(line)


def _output(line: Line, url: str) -> Iterator[Event]:
    headers = _headers(line.endpoint) | {"Accept": "text/event-stream", "Cache-Control": "no-store"}
    with line.open("GET", url, headers) as stream:
        if stream.status != 200:
            raise refused(line.endpoint, stream.status, stream.headers, b"".join(stream.chunks())[:65536])
        for event in sse.events(stream.chunks()):
            line.watch.alive()
            if event.kind == "output":
                yield Token(event.data)
            elif event.kind in ("error", "done"):
                _refuse_failure(line, event)
                return
    raise reading.broken_off(line)


def _refuse_failure(line: Line, event: sse.ServerEvent) -> None:
    """`done` says why only where it is not that all went well."""
    said = reading.parsed(line, event.data or "{}")
    reason = said.get("reason") if isinstance(said, dict) else None
    if event.kind == "error" or reason:
        detail = said.get("detail") if isinstance(said, dict) else None
        text = str(detail or reason or "it does not say why.")[:300]
        raise Unanswered(f'The endpoint "{line.endpoint.slug}" gave up on the answer: {text}')


def _ended(line: Line, url: str, request: Request) -> tuple[DoneReason, Usage]:
    """The figures are known once it has ended. An answer of the greatest length was cut off there."""
    reply = line.fetch("GET", url, _headers(line.endpoint)).json()
    metrics = (reply.get("metrics") if isinstance(reply, dict) else None) or {}
    written = int(metrics.get("output_token_count") or 0)
    reason: DoneReason = "length" if written >= request.params.max_tokens else "stop"
    return reason, Usage(int(metrics.get("input_token_count") or 0), 0, written)


def _call_off(endpoint: Endpoint, url: str) -> None:
    """Nobody waits for the answer to this: its own line is not the one that was cancelled."""
    try:
        with egress.client(endpoint.policy(), timeout=CALL_OFF) as client:
            client.post(url, headers=_headers(endpoint))
    except (egress.EgressError, RuntimeFault) as error:
        logger.warning("A prediction at %s could not be called off: %s", endpoint.name, error)


def _headers(endpoint: Endpoint) -> dict[str, str]:
    return {"Authorization": f"Bearer {endpoint.secret}"}


def _input(request: Request) -> dict[str, Any]:
    known = chatbody.sampling(request)
    if stop := known.pop("stop", None):
        known["stop_sequences"] = ",".join(stop)
    if request.params.top_k:
        known["top_k"] = request.params.top_k
    if request.prompt is not None:
        return known | {"prompt": request.prompt}
    turns = chatbody.messages(request)
    system = "\n\n".join(turn["content"] for turn in turns if turn["role"] == "system")
    return known | {"prompt": _prompt([turn for turn in turns if turn["role"] != "system"]), "system_prompt": system}


def _prompt(turns: list[dict[str, Any]]) -> str:
    """One question as it is; a longer conversation with the speakers' names, since only one text can be given."""
    if len(turns) == 1:
        return str(turns[0]["content"])
    said = (f"{ROLES.get(turn['role'], 'Tool')}: {turn['content'] or ''}" for turn in turns)
    return "\n\n".join(said) + "\n\nAssistant:"
