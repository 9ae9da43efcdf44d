"""How long a search takes beside the bare SQL of its dense leg, on made-up passages that weigh like real ones."""

import os
import time
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.bench.setup import django_with_services

PASSAGES = int(os.environ.get("QUARRY_BENCH_PASSAGES", "20000"))
PER_DOCUMENT = 500
QUERIES = 100
CANDIDATES = 50
FREQUENCY = 1 / (np.arange(20_000) + 2.7)
FREQUENCY /= FREQUENCY.sum()
BARE = "SELECT id FROM knowledge_passage ORDER BY embedding <=> %s::halfvec LIMIT %s"


def main() -> None:
    with django_with_services():
        run()


def run() -> None:
    """Fills a database, prints the table; needs Django."""
    random = np.random.default_rng(7)
    centres = random.standard_normal((200, 384))
    began = time.perf_counter()
    everyone, few = _fill(random, centres)
    print(f"{PASSAGES} passages indexed in {time.perf_counter() - began:.0f} s (words, vectors, HNSW; no model)")
    print(f"{'search':<44}{'p50 ms':>9}{'p95 ms':>9}{'ratio':>8}")
    base = 0.0
    for name, ask in _rows(random, centres, everyone, few).items():
        p50, p95 = _timed(ask)
        base = base or p50
        print(f"{name:<44}{p50:>9.1f}{p95:>9.1f}{p50 / base:>8.1f}", flush=True)


def _rows(random: Any, centres: Any, everyone: Any, few: Any) -> dict[str, Callable[[], object]]:
    from apps.knowledge.search import search

    def ask(person: Any, text: Callable[[], str]) -> Callable[[], object]:
        return lambda: search(person, text(), vector=_vectors(random, centres, 1)[0])

    return {
        "bare SQL of the dense leg (baseline)": lambda: _bare(_vectors(random, centres, 1)[0]),
        "search(), Chinese question": ask(everyone, lambda: _chinese(random, 14) + "嗎？"),
        "search(), English question": ask(everyone, lambda: "what is " + _english(random, 8) + "?"),
        "search(), two characters": ask(everyone, lambda: _chinese(random, 2)),
        "search(), Chinese question, 1 % readable": ask(few, lambda: _chinese(random, 14) + "嗎？"),
    }


def _timed(ask: Callable[[], object]) -> tuple[float, float]:
    """p50 and p95 in milliseconds."""
    for _ in range(10):
        ask()
    times = []
    for _ in range(QUERIES):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    return float(np.percentile(times, 50)), float(np.percentile(times, 95))


def _bare(vector: Any) -> list[Any]:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL hnsw.ef_search = {CANDIDATES}")
        cursor.execute(BARE, [str(vector.tolist()), CANDIDATES])
        return cursor.fetchall()


def _fill(random: Any, centres: Any) -> tuple[Any, Any]:
    """A person who may read everything, and one who may read every hundredth passage."""
    from django.db import connection

    from apps.accounts.models import User
    from apps.knowledge import statistics
    from apps.knowledge.models import Collection

    everyone = User.objects.create_user("all@example.test")
    few = User.objects.create_user("few@example.test")
    hidden = Collection.objects.create(name="Large", visibility="groups", created_by=everyone)
    shared = Collection.objects.create(name="Small", created_by=everyone)
    small = max(1, PASSAGES // 100)
    for count in [PER_DOCUMENT] * ((PASSAGES - small) // PER_DOCUMENT):
        _document(hidden, count, random, centres)
    _document(shared, small, random, centres)
    statistics.add_up()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE knowledge_passage, knowledge_term")
    return everyone, few


def _document(collection: Any, count: int, random: Any, centres: Any) -> None:
    from apps.knowledge import index
    from apps.knowledge.models import Document

    document = Document.objects.create(
        collection=collection, title="-", filename="-", size=1, sha256=uuid.uuid4().hex * 2
    )
    texts = [_chinese(random, 350) if n % 2 else _english(random, 200) for n in range(count)]
    pieces = [index.Piece(text, 0, len(text)) for text in texts]
    vectors = _vectors(random, centres, count)
    index.store(document.pk, text="", pages=[], headings=[], pieces=pieces, vectors=vectors, space=_space())


def _space() -> str:
    from quarry import runtime

    return runtime.embedding_space()[0]


def _vectors(random: Any, centres: Any, count: int) -> np.ndarray:
    """Unit vectors in clusters, as embeddings of related texts are."""
    rows = centres[random.integers(0, len(centres), count)] + random.standard_normal((count, centres.shape[1])) * 0.7
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _chinese(random: Any, length: int) -> str:
    """Words of two ideographs, as frequent as words of a language are."""
    return "".join(chr(0x4E00 + n % 2500) + chr(0x4E00 + n * 7919 % 2500) for n in _ranks(random, length // 2))


def _english(random: Any, length: int) -> str:
    return " ".join(f"word{chr(97 + n % 26)}{n}" for n in _ranks(random, length))


def _ranks(random: Any, count: int) -> list[int]:
    """Ranks of words by Zipf's law, in Mandelbrot's form."""
    return [int(n) for n in random.choice(len(FREQUENCY), count, p=FREQUENCY)]
