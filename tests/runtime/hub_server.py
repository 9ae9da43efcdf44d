"""A small model hub on this machine: files with ranges and stated digests, and ways to misbehave."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

REVISION = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """What it serves, and how it fails."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)  # "owner/name/path" -> bytes
    breaks: list[int] = field(default_factory=list)  # the next answers end after so many bytes
    ranges: bool = True
    stated: dict[str, str] = field(default_factory=dict)  # digests stated in place of the true ones
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)  # method, path, range

    def digest(self, path: str) -> str:
        return self.stated.get(path) or hashlib.sha256(self.files[path]).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """`/owner/name/resolve/revision/path`, redirected to a storage as the real one does, and `/api/models/...`."""

    hub: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, body: bool) -> None:
        path = urlsplit(self.path).path
        self.hub.asked.append((self.command, path, self.headers.get("Range")))
        if path.startswith("/api/models/"):
            self._listing(path)
        elif path.startswith("/storage/"):
            self._file(path.removeprefix("/storage/"), body)
        elif "/resolve/" in path:
            self._redirect(path)
        else:
            self._send(200, b"hub", {})

    def _redirect(self, path: str) -> None:
        repository, rest = path.strip("/").split("/resolve/")
        name = f"{repository}/{rest.split('/', 1)[1]}"
        if name not in self.hub.files:
            self._send(404, b"", {})
            return
        facts = {"X-Linked-Size": str(len(self.hub.files[name])), "X-Linked-Etag": f'"{self.hub.digest(name)}"'}
        self._send(302, b"", {**facts, "X-Repo-Commit": REVISION, "Location": f"/storage/{name}"})

    def _file(self, name: str, body: bool) -> None:
        data, asked = self.hub.files[name], self.headers.get("Range")
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.hub.ranges else 0
        headers = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
        part = data[start:]
        self.send_response(206 if start else 200)
        for key, value in {**headers, "Content-Length": str(len(part))}.items():
            self.send_header(key, value)
        self.end_headers()
        if body:
            self._write(part)

    def _write(self, part: bytes) -> None:
        if self.hub.breaks:
            part = part[: self.hub.breaks.pop(0)]
            self.close_connection = True
        self.wfile.write(part)

    def _listing(self, path: str) -> None:
        repository = path.removeprefix("/api/models/").split("/tree/")[0]
        entries = []
        for name, data in self.hub.files.items():
            if name.startswith(repository + "/"):
                large = {"lfs": {"oid": self.hub.digest(name)}} if name.endswith(".safetensors") else {}
                blob = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
                short = name.removeprefix(repository + "/")
                entries.append({"type": "file", "path": short, "size": len(data), "oid": blob, **large})
        self._send(200, json.dumps(entries).encode(), {"Content-Type": "application/json"})

    def _send(self, code: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(code)
        for key, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def serving() -> Iterator[Hub]:
    hub = Hub()
    handler = type("BoundHandler", (Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
