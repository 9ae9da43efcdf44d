"""Documents that wait in a real database and file store, and a quick encoder for tests that are not about meaning."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from quarry import runtime

from apps.accounts.models import User
from apps.knowledge.actions import upload_document
from apps.knowledge.models import DIMENSION, Collection, Document

SPACE = "test-space"
Queue = Callable[..., Document]


def encode(texts: Sequence[str], kind: str = "passage", space: str | None = None) -> np.ndarray:
    """One random direction a text, the same every time."""
    seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") for text in texts]
    rows = np.stack([np.random.default_rng(seed).standard_normal(DIMENSION) for seed in seeds])
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts our encoder behind the runtime's door."""
    monkeypatch.setattr(runtime, "embed", encode)
    monkeypatch.setattr(runtime, "embedding_space", lambda: (SPACE, DIMENSION))


@pytest.fixture
def collection(employee: User) -> Collection:
    return Collection.objects.create(name="Policies", created_by=employee)


@pytest.fixture
def queue(employee: User, collection: Collection) -> Queue:
    """Uploads a file the way the API does."""

    def upload(content: bytes, filename: str = "policy.txt", title: str = "") -> Document:
        return upload_document(employee, collection, [content], filename=filename, title=title)[0]

    return upload
