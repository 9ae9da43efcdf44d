"""The original file over HTTP: in pieces, resumable, and never run by a browser in our name."""

import re
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from quarry.api import Problem
from quarry.api.streaming import streamed

from apps.knowledge import blobs
from apps.knowledge.models import Document

# What a browser would run or draw with scripts goes out as plain bytes, whatever the upload said of itself.
ACTIVE = re.compile(r"html|xml|svg|script", re.IGNORECASE)
PLAIN = re.compile(r"[a-z]+/[a-z0-9.+-]+", re.IGNORECASE)
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def respond(request: Any, document: Document) -> HttpResponse | StreamingHttpResponse:
    """The file, or the part of it that a `Range` header asks for."""
    if not blobs.path(document.sha256).is_file():
        raise Problem(404, "The original file is missing from the store.", code="blob_missing")
    tag = f'"{document.sha256}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    wanted = request.headers.get("Range", "") if request.headers.get("If-Range", tag) == tag else ""
    start, end, status = _range(wanted, document.size)
    pieces = blobs.read(document.sha256, start, end - start)
    response = StreamingHttpResponse(streamed(request, pieces), status=status)
    for name, value in (_headers(document, tag) | {"Content-Length": str(end - start)}).items():
        response.headers[name] = value
    if status == 206:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{document.size}"
    return response


def _headers(document: Document, tag: str) -> dict[str, str]:
    kind = document.media_type
    safe = PLAIN.fullmatch(kind) and not (ACTIVE.search(kind) and "openxml" not in kind)
    return {
        "Content-Type": kind if safe else "application/octet-stream",
        "Content-Disposition": content_disposition_header(True, document.filename) or "attachment",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
        "Accept-Ranges": "bytes",
        "ETag": tag,
    }


def _range(header: str, size: int) -> tuple[int, int, int]:
    """Start, end (exclusive) and status. Several ranges at once are answered with the whole, as the RFC allows."""
    match = RANGE.fullmatch(header.strip())
    if not match or match.groups() == ("", ""):
        return 0, size, 200
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if start >= size or end <= start:
        raise Problem(416, f"The file has {size} bytes: the range lies outside.", title="Range not satisfiable")
    return start, end, 206
