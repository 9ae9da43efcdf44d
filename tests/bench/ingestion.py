"""The whole way of documents into the search (HTTP, queue, parsing, cutting, embedding, storing) against the embedding
model alone on the same passages: `SentenceTransformer.encode`, the least that any such pipeline must do."""

import time
from typing import Any

from tests.bench import corpora
from tests.bench.setup import product_alone
from tests.fixtures.product import Product

DOCUMENTS = 12
PARAGRAPHS = 12  # of each document


def main() -> None:
    files = _files()
    with product_alone() as product:
        passages, seconds = _ingested(product, files)
    baseline = _encoded(passages)
    print(f"{len(files)} documents, {len(passages)} passages, {sum(map(len, passages))} characters")
    print(f"{'':<44}{'passages/s':>12}{'ratio':>8}")
    for name, rate in {
        "SentenceTransformer.encode (baseline)": baseline,
        "upload to ready": len(passages) / seconds,
    }.items():
        print(f"{name:<44}{rate:>12.1f}{rate / baseline:>8.2f}")


def _files() -> dict[str, bytes]:
    """Markdown files, every other one Chinese."""
    wanted = DOCUMENTS * PARAGRAPHS
    chinese, english = corpora.drcd(wanted).passages, corpora.mtrag(False).passages
    files = {}
    for number in range(DOCUMENTS):
        texts = (chinese, english)[number % 2][number * PARAGRAPHS : (number + 1) * PARAGRAPHS]
        sections = [f"## {place}\n\n{text}" for place, text in enumerate(texts, 1)]
        files[f"file-{number}.md"] = "\n\n".join([f"# File {number}", *sections]).encode()
    return files


def _ingested(product: Product, files: dict[str, bytes]) -> tuple[list[str], float]:
    """The passages, and the seconds from the first upload until the last document was ready."""
    collection = product.collection("Bench")
    warm = product.upload(collection, "warm.md", b"# Warm\n\nThe first document wakes everything up.")
    product.settled(warm)
    begin = time.perf_counter()
    documents = [product.upload(collection, name, content) for name, content in files.items()]
    for document in documents:
        assert product.settled(document, 600)["status"] == "ready"
    seconds = time.perf_counter() - begin
    return [text for document in documents for text in _passages(product, document)], seconds


def _passages(product: Product, document: str) -> list[str]:
    found: list[str] = []
    parameters: dict[str, Any] = {"limit": 100}
    while True:
        page = product.api.get(f"/documents/{document}/passages", params=parameters).json()
        found += [passage["text"] for passage in page["results"]]
        if page["next"] is None:
            return found
        parameters["cursor"] = page["next"]


def _encoded(passages: list[str]) -> float:
    """Passages a second of the library's own call."""
    from quarry.runtime import embedding

    embedder = embedding.load()
    texts = [embedder.model.passage_prompt + text for text in passages]
    embedder.encoder.encode(texts[:8])
    begin = time.perf_counter()
    embedder.encoder.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    return len(texts) / (time.perf_counter() - begin)
