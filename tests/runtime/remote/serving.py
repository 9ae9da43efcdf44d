"""A web server on this machine that answers as a test wants it to, byte by byte if need be."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Talk:
    """One request, and how to answer it."""

    handler: BaseHTTPRequestHandler
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    cut: float | None = None  # when the client closed the connection, as far as a writer notices

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def reply(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        """A whole answer: bytes as they are, anything else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.begin(status, {"Content-Type": "application/json", "Content-Length": str(len(data)), **(headers or {})})
        self.handler.wfile.write(data)

    def begin(self, status: int, headers: dict[str, str]) -> None:
        self.handler.send_response(status)
        for name, value in headers.items():
            self.handler.send_header(name, value)
        self.handler.end_headers()

    def stream(self, kind: str, parts: Iterable[bytes], whole: bool = True) -> None:
        """A chunked answer; with `whole` False its end is missing."""
        self.begin(200, {"Content-Type": kind, "Transfer-Encoding": "chunked"})
        try:
            for part in parts:
                self.handler.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
                self.handler.wfile.flush()
            if whole:
                self.handler.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.cut = time.monotonic()
        if not whole:
            self.handler.close_connection = True


@dataclass
class Served:
    url: str
    talks: list[Talk] = field(default_factory=list)

    @property
    def last(self) -> Talk:
        return self.talks[-1]


Answer = Callable[[Talk], None]


@contextmanager
def serving(answer: Answer, certificate: tuple[str, str] | None = None) -> Iterator[Served]:
    served = Served("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            talk = Talk(self, self.command, parts.path, parse_qs(parts.query), headers, body)
            served.talks.append(talk)
            answer(talk)

        do_GET = do_POST = _any

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients hang up on purpose here
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    served.url = f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()


def sse(*payloads: Any, kind: str = "", end: str = "[DONE]") -> Iterator[bytes]:
    """Server-sent events: JSON, or text as it is."""
    for payload in (*payloads, *([end] if end else [])):
        text = payload if isinstance(payload, str) else json.dumps(payload)
        data = "\n".join(f"data: {line}" for line in text.split("\n"))
        yield (f"event: {kind}\n" if kind else "").encode() + f"{data}\n\n".encode()


def chunk(delta: dict[str, Any] | None = None, reason: str | None = None, **more: Any) -> dict[str, Any]:
    """One of OpenAI's chat chunks."""
    choice = {"index": 0, "delta": delta or {}, "finish_reason": reason}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "m", "choices": [choice], **more}


USAGE = {
    "choices": [],
    "usage": {
        "prompt_tokens": 12,
        "completion_tokens": 3,
        "total_tokens": 15,
        "prompt_tokens_details": {"cached_tokens": 8},
    },
}
HELLO = (chunk({"role": "assistant", "content": ""}), chunk({"content": "你"}), chunk({"content": "好"}))
WHOLE = (*HELLO, chunk(reason="stop"), USAGE)
