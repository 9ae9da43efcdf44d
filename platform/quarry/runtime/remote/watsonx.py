"""watsonx.ai: text/chat_stream with a token of IBM Cloud; chunks like OpenAI's, a few fields called otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from ..types import Event, InvalidRequest, Request
from . import chatbody, iam, reading
from .endpoint import Endpoint
from .faults import Unanswered
from .line import Line


def refuses(endpoint: Endpoint, request: Request) -> str:
    """Why this protocol cannot carry the request; empty where it can."""
    params = request.params
    if request.prompt is not None:
        return "it answers conversations only, not raw text."
    if params.top_k or params.min_p:
        return "top_k and min_p are not known to it."
    return ""


def answer(line: Line, request: Request) -> Iterator[Event]:
    """Asks, and reads the answer. A token that is not accepted any more is replaced, once."""
    try:
        yield from _answer(line, request)
    except Unanswered as fault:
        if fault.status != 401 or not iam.forget(line):
            raise
        yield from _answer(line, request)


def _answer(line: Line, request: Request) -> Iterator[Event]:
    url = _address(line.endpoint, "text/chat_stream")
    with line.answer(url, _headers(line), _body(line.endpoint, request)) as stream:
        yield from reading.chat(line, reading.payloads(line, stream))


def models(line: Line) -> list[str]:
    """The names of the models that the region offers."""
    url = _address(line.endpoint, "foundation_model_specs") + "&limit=200"
    reply = line.fetch("GET", url, _headers(line)).json()
    found = reply.get("resources") if isinstance(reply, dict) else None
    if not isinstance(found, list):
        raise reading.nonsense(line)
    return [str(each["model_id"]) for each in found if isinstance(each, dict) and each.get("model_id")]


def _address(endpoint: Endpoint, path: str) -> str:
    return f"{endpoint.url}/ml/v1/{path}?version={quote(endpoint.option('version'))}"


def _headers(line: Line) -> dict[str, str]:
    return {"Authorization": f"Bearer {iam.token(line)}", "Accept": "application/json, text/event-stream"}


def _body(endpoint: Endpoint, request: Request) -> dict[str, Any]:
    body: dict[str, Any] = {"model_id": endpoint.model, **_place(endpoint), "messages": chatbody.messages(request)}
    body |= chatbody.sampling(request) | chatbody.logprobs(request) | chatbody.form(request)
    if request.params.logit_bias:
        body["logit_bias"] = {str(token): bias for token, bias in request.params.logit_bias.items()}
    if tools := chatbody.tools(request):
        body |= {"tools": tools["tools"], "tool_choice_option": tools["tool_choice"]}
    return body


def _place(endpoint: Endpoint) -> dict[str, str]:
    """Every request is accounted to a project or to a space."""
    for name in ("project_id", "space_id"):
        if value := endpoint.option(name):
            return {name: value}
    raise InvalidRequest(f'The endpoint "{endpoint.slug}" needs a project_id or a space_id.')
