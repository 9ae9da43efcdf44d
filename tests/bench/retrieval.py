"""How well the right passage is found, by words, by meaning, and by ways of mixing the two. See docs/search.md."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tests.bench import corpora
from tests.bench.setup import django_with_services

if TYPE_CHECKING:
    from apps.knowledge.search import Hit

MIXES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
RRF = 60


def main() -> None:
    if not corpora.folder().is_dir():
        print(f"No data in {corpora.folder()}: name its folder in QUARRY_BENCH_DATA.")
        return
    with django_with_services():
        run()


def run() -> None:
    """Prints the table of every corpus; needs Django."""
    for corpus in (corpora.drcd(), corpora.mtrag(rewritten=False), corpora.mtrag(rewritten=True)):
        print(f"\n{corpus.name}: {len(corpus.passages)} passages, {len(corpus.questions)} questions")
        print(f"{'ranking':<22}{'R@1':>8}{'R@5':>8}{'nDCG@10':>10}")
        for name, row in measure(corpus).items():
            print(f"{name:<22}" + "".join(f"{value:>{width}.3f}" for value, width in zip(row, (8, 8, 10), strict=True)))


def measure(corpus: corpora.Corpus) -> dict[str, tuple[float, float, float]]:
    """Every ranking's mean R@1, R@5 and nDCG@10."""
    person, collection = shelve(corpus)
    try:
        found = [_search(person, collection, question, v) for question, v in _asked(corpus)]
    finally:
        collection.delete()
        person.delete()
    return {
        name: _mean([_marks(ranking(hits), right) for hits, right in zip(found, corpus.answers, strict=True)])
        for name, ranking in rankings().items()
    }


def rankings() -> dict[str, Callable[[Sequence["Hit"]], list["Hit"]]]:
    """Ways of ordering the same candidates."""
    mixed = {f"mix, meaning {part}": lambda hits, part=part: _ordered(hits, _mix(hits, part)) for part in MIXES}
    return {
        "words (BM25)": lambda hits: _ordered(hits, [hit.bm25 for hit in hits]),
        "meaning (cosine)": lambda hits: _ordered(hits, [hit.similarity or 0.0 for hit in hits]),
        "RRF, equal": lambda hits: _ordered(hits, _rrf(hits)),
        **mixed,
        "search() as it ships": lambda hits: list(hits),
    }


def shelve(corpus: corpora.Corpus) -> tuple[Any, Any]:
    """A collection of its own with one document that holds the whole corpus."""
    from quarry import runtime

    from apps.accounts.models import User
    from apps.knowledge import index, statistics
    from apps.knowledge.models import Collection, Document

    person = User.objects.create_user(f"retrieval-{abs(hash(corpus.name))}@example.test")
    collection = Collection.objects.create(name=corpus.name, created_by=person)
    document = Document.objects.create(collection=collection, title="-", filename="-", size=1, sha256=corpus.name[:64])
    index.store(
        document.pk,
        text="",
        pages=[],
        headings=[],
        pieces=[index.Piece(text, place, place) for place, text in enumerate(corpus.passages)],
        vectors=corpora.vectors(corpus.passages, "passage"),
        space=runtime.embedding_space()[0],
    )
    statistics.add_up()
    return person, collection


def _asked(corpus: corpora.Corpus) -> list[tuple[str, Any]]:
    return list(zip(corpus.questions, corpora.vectors(corpus.questions, "query"), strict=True))


def _search(person: Any, collection: Any, question: str, vector: Any) -> Sequence["Hit"]:
    from apps.knowledge.search import MOST_HITS, search

    return search(person, question, [collection.pk], MOST_HITS, vector=vector)


def _ordered(hits: Sequence["Hit"], scores: list[float]) -> list["Hit"]:
    return [hit for _, hit in sorted(zip(scores, hits, strict=True), key=lambda pair: -pair[0])]


def _mix(hits: Sequence["Hit"], part: float) -> list[float]:
    most = max((hit.bm25 for hit in hits), default=0) or 1
    near = [hit.similarity or 0.0 for hit in hits]
    least, span = min(near, default=0), (max(near, default=0) - min(near, default=0)) or 1
    return [part * (n - least) / span + (1 - part) * hit.bm25 / most for n, hit in zip(near, hits, strict=True)]


def _rrf(hits: Sequence["Hit"]) -> list[float]:
    scores = dict.fromkeys(range(len(hits)), 0.0)
    for value in (lambda hit: hit.bm25, lambda hit: hit.similarity or 0.0):
        order = sorted((place for place in scores if value(hits[place]) > 0), key=lambda place: -value(hits[place]))
        for rank, place in enumerate(order, 1):
            scores[place] += 1 / (RRF + rank)
    return [scores[place] for place in range(len(hits))]


def _marks(hits: Sequence["Hit"], right: set[int]) -> tuple[float, float, float]:
    gains = [hit.ordinal in right for hit in hits[:10]]
    ideal = sum(1 / math.log2(rank + 2) for rank in range(min(len(right), 10)))
    ndcg = sum(gain / math.log2(rank + 2) for rank, gain in enumerate(gains)) / ideal
    return sum(gains[:1]) / len(right), sum(gains[:5]) / len(right), ndcg


def _mean(rows: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    one, five, ndcg = (sum(column) / len(rows) for column in zip(*rows, strict=True))
    return one, five, ndcg
