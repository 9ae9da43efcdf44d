"""Files of a model hub: is it there, what does it state about a file, and the bytes, with resume."""

from __future__ import annotations

import os
import random
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeVar
from urllib.parse import quote, urljoin

import httpx

from .catalogue import Source
from .faults import FetchFailed, HubUnreachable, NotOnHub, WrongDigest
from .part import Part
from .store import Progress

PROBE_SECONDS = 3.0
ATTEMPTS = 5
BACKOFF = 1.0
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Stated:
    """What the hub says about a file. Large files have a `sha256`, small ones a `blob` (git object id)."""

    name: str
    size: int
    revision: str
    sha256: str | None = None
    blob: str | None = None


def endpoint() -> str:
    """The hub's address; companies with a mirror set HF_ENDPOINT, as for every other tool."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()  # the machine's own certificates, a company's included


def client(timeout: float = 30.0) -> httpx.Client:
    headers = {"User-Agent": "quarry", "Accept-Encoding": "identity"}
    token = os.environ.get("HF_TOKEN")
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return httpx.Client(timeout=httpx.Timeout(timeout, connect=10.0), headers=headers, verify=_tls())


def reachable(seconds: float = PROBE_SECONDS) -> bool:
    """Whether the hub answers at all, found out within a few seconds."""
    try:
        with client(seconds) as http:
            http.head(endpoint(), timeout=seconds)
    except (httpx.HTTPError, OSError):
        return False
    return True


def file_url(source: Source, name: str) -> str:
    return f"{endpoint()}/{source.repo}/resolve/{quote(source.revision, safe='')}/{quote(name)}"


def state(http: httpx.Client, source: Source, name: str) -> Stated:
    """Asks for a file's size and digest. They stand in the first answer, before the redirect to its storage."""
    url = file_url(source, name)
    answer = _get_ok(http, "HEAD", url)
    headers = answer.headers
    while answer.is_redirect and "x-linked-size" not in headers and "x-linked-etag" not in headers:
        url = urljoin(url, headers["location"])
        answer = _get_ok(http, "HEAD", url)
        headers = answer.headers
    etag = (headers.get("x-linked-etag") or headers.get("etag") or "").removeprefix("W/").strip('"')
    size = int(headers.get("x-linked-size") or headers.get("content-length") or 0)
    sha256 = etag if len(etag) == 64 else None
    return Stated(name, size, headers.get("x-repo-commit") or source.revision, sha256, None if sha256 else etag or None)


def listing(http: httpx.Client, source: Source) -> list[Stated]:
    """Every file of a repository, as the hub states them."""
    url = f"{endpoint()}/api/models/{source.repo}/tree/{quote(source.revision, safe='')}?recursive=true"
    entries = _get_ok(http, "GET", url).json()
    return [
        Stated(entry["path"], entry["size"], source.revision, (entry.get("lfs") or {}).get("oid"), entry.get("oid"))
        for entry in entries
        if entry.get("type") == "file"
    ]


def small(http: httpx.Client, source: Source, name: str, most: int) -> bytes:
    """A small file, whole; one of more than `most` bytes is refused before it fills the memory."""
    found = b""
    try:
        with http.stream("GET", file_url(source, name), follow_redirects=True) as answer:
            _check(answer)
            for block in answer.iter_raw():
                found += block
                if len(found) > most:
                    raise FetchFailed(f"{name} of {source.repo} is absurdly large.")
    except (httpx.HTTPError, OSError) as error:
        raise HubUnreachable(f"The connection to {endpoint()} broke off ({_reason(error)}).") from error
    return found


def _get_ok(http: httpx.Client, method: str, url: str) -> httpx.Response:
    try:
        answer = http.request(method, url)
    except (httpx.HTTPError, OSError) as error:
        raise HubUnreachable(f"{httpx.URL(url).host} cannot be reached ({_reason(error)}).") from error
    _check(answer)
    return answer


def _check(answer: httpx.Response) -> None:
    host = answer.request.url.host
    if answer.status_code in (401, 403, 404, 410):
        raise NotOnHub(f"{host} answers {answer.status_code} for {answer.request.url.path}.")
    if answer.status_code >= 400 and answer.status_code != 416:
        raise HubUnreachable(f"{host} answers {answer.status_code} {answer.reason_phrase}.")


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def download(http: httpx.Client, url: str, part: Part, stated: Stated, progress: Progress | None = None) -> None:
    """Brings the part to its full size, in several attempts; each goes on where the last ended."""
    known = {"sha256": stated.sha256, "size": stated.size}
    if part.facts.get("sha256") != stated.sha256:  # another version lies there, or one from elsewhere
        part.remove()
    part.facts = known
    part.need(stated.size)
    patiently(lambda: _stream(http, url, part, stated.size, progress), lambda: part.size)


def patiently(attempt: Callable[[], Result], amount: Callable[[], int]) -> Result:
    """Tries again after a failed connection, longer apart each time; progress made resets the patience."""
    failures, before = 0, amount()
    while True:
        try:
            return attempt()
        except HubUnreachable:
            failures = 1 if amount() > before else failures + 1
            before = amount()
            if failures >= ATTEMPTS:
                raise
            time.sleep(BACKOFF * 2 ** (failures - 1) * random.uniform(0.8, 1.2))  # noqa: S311 - not for secrecy


def _stream(http: httpx.Client, url: str, part: Part, size: int, progress: Progress | None) -> None:
    if size and part.size > size:
        part.remove()
    if size and part.size == size:
        return
    start = part.size
    headers = {"Range": f"bytes={start}-"} if start else {}
    try:
        with http.stream("GET", url, headers=headers, follow_redirects=True) as answer:
            _check(answer)
            if start and not _continues(answer, start):
                part.truncate(0)
            part.append(_blocks(answer), size, progress)
    except (httpx.HTTPError, OSError) as error:
        raise HubUnreachable(f"The connection to {httpx.URL(url).host} broke off ({_reason(error)}).") from error
    if size and part.size < size:
        raise HubUnreachable(f"{httpx.URL(url).host} sent {part.size} of {size} bytes.")
    if size and part.size > size:
        part.remove()
        raise WrongDigest(f"{httpx.URL(url).host} sent more than the {size} bytes it had stated.")


def _continues(answer: httpx.Response, start: int) -> bool:
    """Whether the server heeded the range; one that did not sends the whole file again."""
    return answer.status_code == 206 and answer.headers.get("content-range", "").startswith(f"bytes {start}-")


def _blocks(answer: httpx.Response) -> Iterator[bytes]:
    if answer.status_code == 416:
        raise FetchFailed("The server has less of the file than is here already.")
    yield from answer.iter_raw()  # as they arrive: a block that is being filled is lost when the connection breaks
