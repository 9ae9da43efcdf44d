"""A first day with the product, over its public API and with its real models: add documents, search, ask."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.fixtures.product import Product
from tests.product.documents import leave_docx, manual_pdf

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def library(product: Product) -> Iterator[tuple[str, str, str]]:
    """A collection, the English manual and the Chinese leave policy, both ready."""
    collection = product.collection("First day")
    manual = product.upload(collection, "qx-2100.pdf", manual_pdf())
    leave = product.upload(collection, "請假辦法.docx", leave_docx())
    for document in (manual, leave):
        assert product.settled(document)["status"] == "ready"
    return (collection, manual, leave)


def test_the_same_bytes_again_are_the_same_document(product: Product, library: tuple[str, str, str]) -> None:
    collection, manual, _ = library
    again = product.api.post(f"/collections/{collection}/documents", files={"file": ("copy.pdf", manual_pdf())})
    assert again.status_code == 200
    assert again.json()["id"] == manual


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("how often does the air filter need changing", 1),
        ("QX-2100", 1),
        ("KP-8814", 1),
        ("太太生小孩可以放幾天假", 2),
        ("事假", 2),
        ("特別休假", 2),
    ],
)
def test_search_by_paraphrase_and_by_exact_term(
    query: str, place: int, product: Product, library: tuple[str, str, str]
) -> None:
    collection = library[0]
    found = product.api.post("/search", json={"query": query, "collections": [collection], "limit": 3}).json()
    assert found["results"][0]["document_id"] == library[place], found
    first = found["results"][0]
    text = product.api.get(f"/documents/{first['document_id']}/text").json()["text"]
    assert text[first["location"]["start"] : first["location"]["end"]] == first["text"]


@pytest.mark.parametrize(
    ("question", "fact", "place"),
    [
        ("How often must the intake filter of the QX-2100 be replaced?", ["750"], 1),
        ("到職滿三年的員工有幾天特別休假?", ["十四", "14"], 2),
    ],
)
def test_answers_cite_what_stands_in_the_document(
    question: str, fact: list[str], place: int, product: Product, library: tuple[str, str, str]
) -> None:
    run = product.ended(product.ask(library[0], question))
    assert run["status"] == "completed", run["error"]
    assert any(word in run["answer"] for word in fact), run["answer"]
    assert run["citations"], run["answer"]
    for citation in run["citations"]:
        assert f"[{citation['marker']}]" in run["answer"]
        text = product.api.get(f"/documents/{citation['document_id']}/text").json()["text"]
        assert citation["quote"] in text
    assert library[place] in {citation["document_id"] for citation in run["citations"]}


@pytest.mark.parametrize("question", ["What is the dividend per share for 2025?", "公司的統一編號是多少?"])
def test_what_the_documents_do_not_say_is_declined(
    question: str, product: Product, library: tuple[str, str, str]
) -> None:
    run = product.ended(product.ask(library[0], question))
    assert run["status"] == "completed"
    assert run["citations"] == []


def test_the_stream_is_the_answer(product: Product, library: tuple[str, str, str]) -> None:
    run = product.ask(library[0], "Which oil does the gearbox need?")
    tokens, ends = [], []
    with httpx.stream("GET", f"{product.api.base_url}runs/{run}/events", headers=product.api.headers, timeout=120) as s:
        for kind, data in events(s):
            tokens += [data["text"]] if kind == "token" else []
            if kind in ("done", "error"):
                ends.append((kind, data))
                break
    assert ends[0][0] == "done"
    assert "".join(tokens).strip() == ends[0][1]["answer"].strip() == product.ended(run)["answer"].strip()


def test_a_deleted_document_is_gone_from_search_at_once(product: Product) -> None:
    collection = product.collection("Short-lived")
    document = product.upload(collection, "note.txt", b"The canteen closes at 13:40 on Fridays.")
    assert product.settled(document)["status"] == "ready"
    query = {"query": "canteen closing time", "collections": [collection]}
    assert product.api.post("/search", json=query).json()["results"]
    assert product.api.delete(f"/documents/{document}").status_code == 204
    assert product.api.post("/search", json=query).json()["results"] == []
    assert product.api.get(f"/documents/{document}").status_code == 404


def events(stream: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    """Server-sent events as (kind, data)."""
    kind = ""
    for line in stream.iter_lines():
        if line.startswith("event:"):
            kind = line[6:].strip()
        elif line.startswith("data:"):
            yield kind, httpx.Response(200, content=line[5:].encode()).json()
