"""Amazon SageMaker: a signed call whose answer comes in AWS's frames, and in them what the container writes.

The containers for language models (vLLM, DJL's LMI, TGI) take OpenAI's chat body and write its chunks, as server-sent
events or one JSON a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from ..types import Event, Request
from . import chatbody, eventstream, reading, sse
from .endpoint import Endpoint
from .faults import in_stream
from .line import Line, Stream
from .sigv4 import Credentials, signed

STREAM = "application/vnd.amazon.eventstream"


def refuses(endpoint: Endpoint, request: Request) -> str:
    """Why this protocol cannot carry the request; empty where it can."""
    return "it answers conversations only, not raw text." if request.prompt is not None else ""


def answer(line: Line, request: Request) -> Iterator[Event]:
    """Asks, and reads the answer."""
    body = json.dumps(_body(request), ensure_ascii=False).encode()
    url = f"{line.endpoint.url}/endpoints/{quote(line.endpoint.model, '')}/invocations-response-stream"
    with line.answer(url, _headers(line.endpoint, url, body), body) as stream:
        texts = _texts(line, stream) if stream.kind == STREAM else reading.payloads(line, stream)
        yield from reading.chat(line, texts)


def models(line: Line) -> list[str] | None:
    """Another service of AWS, which needs rights of its own, would know: the first answer shows it."""
    return None


def _body(request: Request) -> dict[str, Any]:
    params = request.params
    more = {"top_k": params.top_k, "min_p": params.min_p}
    body = {"messages": chatbody.messages(request), "stream": True, "stream_options": {"include_usage": True}}
    body |= chatbody.tools(request) | chatbody.sampling(request) | chatbody.logprobs(request) | chatbody.form(request)
    return body | {name: value for name, value in more.items() if value}


def _headers(endpoint: Endpoint, url: str, body: bytes) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "X-Amzn-SageMaker-Accept": "application/json"}
    if component := endpoint.option("inference_component"):
        headers["X-Amzn-SageMaker-Inference-Component"] = component
    credentials = Credentials(endpoint.option("access_key_id"), endpoint.secret)
    return signed(credentials, endpoint.option("region"), "sagemaker", "POST", url, headers, body)


def _texts(line: Line, stream: Stream) -> Iterator[str]:
    for text in sse.lines(_parts(line, stream.chunks())):
        data = text.removeprefix("data:").strip()
        if data == reading.END:
            return
        if data and not text.startswith((":", "event:", "id:")):
            yield data


def _parts(line: Line, chunks: Iterable[bytes]) -> Iterator[bytes]:
    for frame in eventstream.frames(chunks):
        if frame.headers.get(":message-type") in ("exception", "error"):
            kind = frame.headers.get(":exception-type") or frame.headers.get(":error-code", "")
            raise in_stream(line.endpoint, frame.payload or kind.encode())
        if frame.headers.get(":event-type") == "PayloadPart":
            yield frame.payload
