"""The whole product on a data folder and a model of one's own, and its OpenAI-compatible API from the client's side."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import openai
from quarry.runtime import catalogue
from quarry.runtime.store import Store, digest

from tests.bench.contender import Answer
from tests.fixtures.product import Product, started

STAND_IN = "granite-4.0-h-350m"  # no digest is pinned for it, so that any file may stand in for it
QUESTION = "Number {seed}. Write a long story about a lighthouse keeper, the sea, and a ship that never came back."


@contextmanager
def product(name: str, file: Path, **environment: str) -> Iterator[Product]:
    """A product that answers with this file, whatever the catalogue says."""
    with TemporaryDirectory(prefix="quarry-bench-") as folder:
        store = Store(Path(folder, "models"))
        model = catalogue.find(STAND_IN)
        path = store.path(model)
        path.parent.mkdir(parents=True)
        path.symlink_to(file)
        store.record(model, {model.file_name: digest(file)}, f"benchmark: {name}", "1")
        _share_embedder(store)
        settings = {"QUARRY_MODELS": str(store.root), "QUARRY_MODEL": STAND_IN, "QUARRY_OFFLINE": "1", **environment}
        with started(Path(folder, "home"), **settings) as running:
            yield running


def _share_embedder(store: Store) -> None:
    """The embedding model of this installation, without which the product is not ready."""
    from tests.fixtures.product import models

    (store.root / "embedding").symlink_to(models() / "embedding")


def chats(product: Product, count: int, tokens: int, sampling: dict[str, float], seed: int) -> list[Answer]:
    """That many chat completions at once."""
    client = openai.OpenAI(base_url=f"{product.url}/v1", api_key=product.key, timeout=600, max_retries=0)
    begin = time.perf_counter()
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda n: _chat(client, tokens, sampling, seed + n, begin), range(count)))


def _chat(client: openai.OpenAI, tokens: int, sampling: dict[str, float], seed: int, begin: float) -> Answer:
    answer, extra = Answer(), {"top_k": sampling["top_k"]}
    stream = client.chat.completions.create(
        model=STAND_IN,
        messages=[{"role": "user", "content": QUESTION.format(seed=seed)}],
        max_tokens=tokens,
        temperature=sampling["temperature"],
        top_p=sampling["top_p"],
        extra_body=extra,
        stream=True,
        stream_options={"include_usage": True},
    )
    for chunk in stream:
        if chunk.choices and chunk.choices[0].delta.content:
            answer.times.append(time.perf_counter() - begin)
        if chunk.usage:
            answer.written = chunk.usage.completion_tokens
    return answer
