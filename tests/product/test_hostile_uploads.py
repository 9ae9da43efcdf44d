"""Bad files over the public API of the running product: a clear sentence on each, and the service goes on."""

import io
import socket
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption

from tests.fixtures.memory import memory, peak
from tests.fixtures.product import Product, wait_for
from tests.ingestion.making import pdf, rezipped, word

pytestmark = pytest.mark.model
MB = 1024 * 1024


@pytest.fixture(scope="module")
def collection(product: Product) -> str:
    return product.collection("Hostile uploads")


def bomb() -> bytes:
    file = io.BytesIO(word("x"))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as package, package.open("word/a.xml", "w") as part:
        for _ in range(700):
            part.write(bytes(MB))
    return file.getvalue()


LOCKED = pdf(["Secret plans"], encrypt=StandardEncryption("secret", ownerPassword="boss"))
REFUSED = [
    (b"MZ\x90\0" + bytes(500), "invoice.docx", "The file is a program, not a document."),
    (LOCKED, "plans.pdf", "The PDF is encrypted; remove its password and upload it again."),
    (rezipped(word("x"), {"word/vbaProject.bin": b"\0"}), "form.docm", "The file contains macros; save it without"),
    ("員工".encode() * 50 + b"\xff\xfe\n", "broken.txt", "The text is damaged: it is not correct UTF-8 (first at byte"),
    (word("x" * 3000)[:900], "cut.docx", "The file is damaged"),
    (b'{"a": 1,}', "data.json", "The file is not correct JSON"),
]


@pytest.mark.parametrize(("content", "name", "sentence"), REFUSED, ids=[case[1] for case in REFUSED])
def test_a_bad_file_ends_in_a_sentence(
    content: bytes, name: str, sentence: str, product: Product, collection: str
) -> None:
    document = product.settled(product.upload(collection, name, content))
    assert (document["status"], document["passages"], document["stage"]) == ("failed", 0, "")
    assert document["error"].startswith(sentence), document["error"]


def test_a_zip_bomb_is_not_unpacked_and_the_service_goes_on(product: Product, collection: str) -> None:
    ended = product.settled(product.upload(collection, "bomb.docx", bomb()))
    assert "ZIP bomb" in ended["error"]
    alive(product, collection, "after-the-bomb.txt")


def alive(product: Product, collection: str, name: str) -> None:
    """A good file still becomes searchable."""
    good = product.upload(collection, name, f"The gate named {name} opens at 06:10.".encode())
    assert product.settled(good)["status"] == "ready"


@pytest.mark.parametrize(
    ("content", "name", "text"),
    [
        (
            "員工請假應於三日前提出申請，並經主管核准。".encode("big5"),
            "大五碼.txt",
            "員工請假應於三日前提出申請，並經主管核准。",
        ),
        (
            pdf(["Pump manual", "Replace the filter every 750 hours."]),
            "manual.txt",
            "Replace the filter every 750 hours.",
        ),
        (pdf(["請假辦法", "特別休假七日。"], chinese=True), "辦法.pdf", "特別休假七日。"),
    ],
)
def test_a_strange_file_is_read_all_the_same(
    content: bytes, name: str, text: str, product: Product, collection: str
) -> None:
    document = product.settled(product.upload(collection, name, content))
    assert (document["status"], document["error"], document["filename"]) == ("ready", "", name)
    read: dict[str, Any] = product.api.get(f"/documents/{document['id']}/text").json()
    assert text in read["text"]
    for passage in product.api.get(f"/documents/{document['id']}/passages").json()["results"]:
        place = passage["location"]
        assert read["text"][place["start"] : place["end"]] == passage["text"]


def test_nothing_is_refused_at_once(product: Product, collection: str) -> None:
    answer = product.api.post(f"/collections/{collection}/documents", files={"file": ("empty.pdf", b"")})
    assert (answer.status_code, answer.json()["detail"]) == (400, "The file is empty.")


def test_more_than_the_limit_is_refused_and_leaves_nothing(product: Product, collection: str) -> None:
    """By its declared length before a byte is sent, and in pieces as soon as it shows."""
    host, port = product.url.removeprefix("http://").split(":")
    path = f"/api/v1/collections/{collection}/documents"
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(f"{head}Content-Length: {300 * MB}\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")

    def endless() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        for _ in range(220):
            yield b"x" * MB

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = product.api.post(f"/collections/{collection}/documents", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert answer.json()["detail"] == "The file is too large: at most 200 MB are accepted."
    wait_for(lambda: not leftovers(product), 10, lambda: f"left behind: {leftovers(product)}")


def test_an_upload_that_breaks_off_leaves_nothing(product: Product, collection: str) -> None:
    host, port = product.url.removeprefix("http://").split(":")
    before = product.api.get(f"/collections/{collection}").json()["documents"]
    for _ in range(3):
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(
                f"POST /api/v1/collections/{collection}/documents HTTP/1.1\r\nHost: localhost\r\n"
                f"Authorization: {product.api.headers['Authorization']}\r\n"
                f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {50 * MB}\r\n\r\n".encode()
            )
            connection.sendall(b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n')
            connection.sendall(b"x" * 8 * MB)
    wait_for(lambda: not leftovers(product), 10, lambda: f"left behind: {leftovers(product)}")
    assert product.api.get(f"/collections/{collection}").json()["documents"] == before
    alive(product, collection, "after-the-break.txt")


def leftovers(product: Product) -> list[Path]:
    """What uploads leave on the disk while they arrive."""
    home = product.running.home
    return [*(home / "tmp").glob("*upload*"), *(home / "blobs" / "drafts").glob("*")]


def test_a_large_upload_does_not_stay_in_memory(product: Product, collection: str) -> None:
    """190 MB go through the web process by way of the disk."""
    web = product.running.child("uvicorn")
    before = memory(web)

    def body() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n'
        for number in range(190):
            yield bytes([number]) * MB
        yield b"\r\n--b--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = product.api.post(f"/collections/{collection}/documents", content=body(), headers=headers)
    assert answer.status_code == 202, answer.text
    assert answer.json()["size"] == 190 * MB
    assert peak(web) - before < 100 * MB
    ended = product.settled(answer.json()["id"])
    assert (ended["status"], ended["error"][:8]) == ("failed", "The file")
    assert product.api.delete(f"/documents/{ended['id']}").status_code == 204
