"""A small library in the real PostgreSQL, and an encoder of our own where the real one would only be slow."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from quarry import runtime

from apps.accounts.models import User
from apps.knowledge import index, lexical
from apps.knowledge.models import DIMENSION, Collection, Document

SPACE = "test-space"

# Words that mean the same fall on the same axis: paraphrases come near each other, as with a real encoder.
SYNONYMS = {"vacation": "holiday", "leave": "holiday", "休假": "holiday", "請假": "holiday", "car": "vehicle"}
FOLDED = {
    next(lexical.tokens(word)).lexeme if len(word) > 2 else lexical.fold(word): same for word, same in SYNONYMS.items()
}


def encode(texts: Sequence[str], kind: str = "passage", space: str | None = None) -> np.ndarray:
    """Sums of one random direction a word: deterministic, quick, and near for texts that share words."""
    rows = np.stack(
        [sum((_axis(token.lexeme) for token in lexical.tokens(text)), np.full(DIMENSION, 1e-3)) for text in texts]
    )
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _axis(lexeme: str) -> np.ndarray:
    word = FOLDED.get(lexeme, lexeme)
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(DIMENSION)


@pytest.fixture(autouse=True)
def encoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts our encoder behind the runtime's door, unless the test asks for the real model."""
    if request.node.get_closest_marker("model"):
        return
    monkeypatch.setattr(runtime, "embed", encode)
    monkeypatch.setattr(runtime, "embedding_space", lambda: (SPACE, DIMENSION))


Shelve = Callable[..., Document]


@pytest.fixture
def shelve(db: None) -> Shelve:
    """Makes a ready document out of passages' texts."""

    def make(collection: Collection, *texts: str, title: str = "Document", space: str = SPACE) -> Document:
        whole = "\n\n".join(texts)
        digest = hashlib.sha256(f"{collection.pk}{title}{whole}".encode()).hexdigest()
        document = Document.objects.create(
            collection=collection, title=title, filename=f"{title}.txt", size=len(whole), sha256=digest
        )
        starts = [sum(len(text) + 2 for text in texts[:place]) for place in range(len(texts))]
        pieces = [index.Piece(text, start, start + len(text)) for text, start in zip(texts, starts, strict=True)]
        vectors = encode(texts) if texts else np.zeros((0, DIMENSION), np.float32)
        index.store(document.pk, text=whole, pages=[], headings=[], pieces=pieces, vectors=vectors, space=space)
        document.refresh_from_db()
        return document

    return make


@pytest.fixture
def open_collection(employee: User) -> Collection:
    return Collection.objects.create(name="Open", created_by=employee)


@pytest.fixture
def closed_collection(administrator: User) -> Collection:
    """Only its creator and administrators may read it."""
    return Collection.objects.create(name="Closed", visibility="groups", created_by=administrator)
