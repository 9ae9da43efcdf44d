"""What a request may send, tried on a real server socket with uvicorn and the product's own application."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from quarry.web.body_limit import BodyLimit

MB = 1024 * 1024
SEEN: list[dict[str, Any]] = []


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Reads the whole body as Django does, and tells what it was told of its length."""
    if scope["type"] != "http":
        return
    size = 0
    while True:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    body = json.dumps({"size": size, "length": dict(scope["headers"]).get(b"content-length", b"").decode()}).encode()
    SEEN.append({"size": size})
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    """A server with small limits: 2 MB for forms, 1 MB for anything else."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(BodyLimit(echo, upload=2 * MB, other=MB), lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    yield listening.getsockname()
    server.should_exit = True
    thread.join(10)


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    SEEN.clear()


def post(
    address: tuple[str, int], kind: str, size: int, *, chunked: bool = False, language: str = ""
) -> httpx.Response:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, size, MB // 4):
            yield b"x" * min(MB // 4, size - start)

    async def send() -> httpx.Response:
        headers = {"Content-Type": kind, "Accept-Language": language} | (
            {} if chunked else {"Content-Length": str(size)}
        )
        async with httpx.AsyncClient(timeout=30) as client:
            return await client.post("http://{}:{}/".format(*address), content=pieces(), headers=headers)

    return asyncio.run(send())


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("kind", "size"), [("multipart/form-data; boundary=b", 2 * MB), ("application/json", MB)])
def test_what_fits_arrives_with_its_length(address: tuple[str, int], kind: str, size: int, chunked: bool) -> None:
    answer = post(address, kind, size, chunked=chunked)
    assert (answer.status_code, answer.json()) == (200, {"size": size, "length": str(size)})


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("kind", "size", "sentence"),
    [
        ("multipart/form-data; boundary=b", 8 * MB, "The file is too large: at most 2 MB are accepted."),
        ("application/json", 8 * MB, "A request may hold 1 MB."),
        ("text/plain", MB + 1, "A request may hold 1 MB."),
    ],
)
def test_what_does_not_is_refused_with_a_sentence(
    address: tuple[str, int], kind: str, size: int, sentence: str, chunked: bool
) -> None:
    answer = post(address, kind, size, chunked=chunked)
    assert (answer.status_code, answer.json()["detail"]) == (413, sentence)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert SEEN == [], "nothing behind the limit has heard of it"


def test_the_sentence_is_in_the_language_that_is_asked_for(address: tuple[str, int]) -> None:
    answer = post(address, "multipart/form-data; boundary=b", 8 * MB, language="zh-TW")
    assert answer.json()["detail"] == "檔案太大：最多接受 2 MB。"
    assert (answer.headers["Content-Language"].lower(), answer.headers["Vary"]) == ("zh-hant", "Accept-Language")


def test_a_declared_length_is_refused_before_anything_is_sent(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            b"Expect: 100-continue\r\nContent-Length: 9000000000\r\n\r\n"
        )
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer


def test_an_upload_that_breaks_off_leaves_the_server_at_work(address: tuple[str, int]) -> None:
    for _ in range(3):
        connection = socket.create_connection(address, timeout=5)
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 5000)
        connection.close()
    time.sleep(0.1)
    assert post(address, "application/json", 10).json()["size"] == 10


def test_the_product_stands_behind_it(repository: Path) -> None:
    from quarry.asgi import application

    assert isinstance(application, BodyLimit)
    assert application.upload == 200 * MB
