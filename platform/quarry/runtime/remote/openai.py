"""The protocol of OpenAI's API: vLLM, Ollama, LM Studio, Docker Model Runner, NIM, MLX, NexaML, Hugging Face, Azure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from ..types import Event, Request
from . import chatbody, reading
from .endpoint import Endpoint
from .line import Line

# Hosted services refuse fields that are not OpenAI's.
STRICT = {"azure", "huggingface"}


def refuses(endpoint: Endpoint, request: Request) -> str:
    """Why this protocol cannot carry the request; empty where it can."""
    params = request.params
    if (params.top_k or params.min_p) and endpoint.kind in STRICT:
        return "top_k and min_p are not known to it."
    if request.suffix and request.prompt is None:
        return "it fills a gap only in raw text."
    return ""


def answer(line: Line, request: Request) -> Iterator[Event]:
    """Asks, and reads the answer."""
    raw = request.prompt is not None
    body = _completion(request) if raw else _chat(request)
    body |= {"model": line.endpoint.model, "stream": True, "stream_options": {"include_usage": True}}
    url = address(line.endpoint, "/completions" if raw else "/chat/completions")
    with line.answer(url, headers(line.endpoint), body) as stream:
        yield from reading.chat(line, reading.payloads(line, stream))


def models(line: Line) -> list[str]:
    """The names of the models that it offers."""
    reply = line.fetch("GET", address(line.endpoint, "/models"), headers(line.endpoint)).json()
    found = reply.get("data") if isinstance(reply, dict) else None
    if not isinstance(found, list):
        raise reading.nonsense(line)
    return [str(each["id"]) for each in found if isinstance(each, dict) and each.get("id")]


def address(endpoint: Endpoint, path: str) -> str:
    """Azure wants to be told the version of its API in every address."""
    version = endpoint.option("api_version")
    return endpoint.url + path + (f"?api-version={quote(version)}" if version else "")


def headers(endpoint: Endpoint) -> dict[str, str]:
    if not endpoint.secret:
        return {}
    if endpoint.kind == "azure":
        return {"api-key": endpoint.secret}
    return {"Authorization": f"Bearer {endpoint.secret}"}


def _chat(request: Request) -> dict[str, Any]:
    body = {"messages": chatbody.messages(request)} | chatbody.tools(request) | _sampling(request)
    return body | chatbody.logprobs(request) | chatbody.form(request)


def _completion(request: Request) -> dict[str, Any]:
    """Raw text keeps its markup: whoever completes raw text writes the template himself."""
    suffix = {"suffix": request.suffix} if request.suffix else {}
    return {"prompt": request.prompt} | suffix | _sampling(request) | chatbody.form(request)


def _sampling(request: Request) -> dict[str, Any]:
    params = request.params
    more: dict[str, Any] = {
        "top_k": params.top_k or None,
        "min_p": params.min_p or None,
        "logit_bias": {str(token): bias for token, bias in params.logit_bias.items()} or None,
    }
    return chatbody.sampling(request) | {name: value for name, value in more.items() if value is not None}
