"""The one door to what is in the documents. There is no search without a person.

`search` asks two legs in one SQL statement and mixes what they found: the dense leg compares the meaning (vectors),
the lexical leg the words (BM25). Permission is part of both legs, never a filter after them. See docs/search.md for
how the numbers below were chosen.
"""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import connection, transaction
from quarry import runtime

from apps.accounts.models import User
from apps.knowledge import queries, sql
from apps.knowledge.models import Collection, locate
from apps.knowledge.policies import readable_collections

logger = logging.getLogger(__name__)

LONGEST_QUERY = 2_000
MOST_HITS = 100


@dataclass(frozen=True)
class Scope:
    """Where to look; None means everywhere that the person may read. It can only ever narrow."""

    collections: Sequence[uuid.UUID] | None = None
    documents: Sequence[uuid.UUID] | None = None


@dataclass(frozen=True)
class Weights:
    """How the legs are mixed. `meaning` is the share of the dense leg, the words have the rest; `exact` is what a
    passage gains that holds literally what the person meant exactly (keywords come before everything else)."""

    meaning: float = 0.65
    exact: float = 0.15
    keyword: float = 1.0


@dataclass(frozen=True)
class Hit:
    """A passage that was found. `score` (0 to 1) orders the hits of one search; `similarity` is the cosine of query
    and passage, which can be compared between searches, and None when meaning could not be asked."""

    passage_id: uuid.UUID
    document_id: uuid.UUID
    collection_id: uuid.UUID
    title: str
    text: str
    score: float
    location: dict[str, Any]
    ordinal: int = 0
    similarity: float | None = None
    bm25: float = 0.0
    exact: bool = False


@dataclass
class Hits(Sequence[Hit]):
    """The hits, best first, and in `warning` what the search had to do without."""

    found: list[Hit] = field(default_factory=list)
    warning: str = ""

    def __getitem__(self, place: Any) -> Any:
        return self.found[place]

    def __len__(self) -> int:
        return len(self.found)


def search(
    person: User,
    query: str,
    scope: Scope | Sequence[uuid.UUID | Collection] | None = None,
    k: int = 10,
    weights: Weights | None = None,
    vector: np.ndarray | None = None,
) -> Hits:
    """The `k` passages that answer `query` best among those that `person` may read now.

    Where the embedder does not answer, the words decide alone and `warning` says so. A caller that has the query's
    `vector` in the current embedding space already may give it.
    """
    query = query[:LONGEST_QUERY].replace("\x00", " ").encode("utf-8", "replace").decode().strip()
    scope, k = _scope(scope), max(1, min(k, MOST_HITS))
    if not query or (scope.collections is not None and not scope.collections):
        return Hits()
    vector, space, warning = _embedded(query, vector)
    with transaction.atomic():
        rows = _rows(_allowed(person, scope), queries.read(query), vector, space, k, weights or Weights())
    return Hits([_hit(row) for row in rows], warning)


def _scope(scope: Scope | Sequence[uuid.UUID | Collection] | None) -> Scope:
    if scope is None or isinstance(scope, Scope):
        return scope or Scope()
    return Scope([one.pk if isinstance(one, Collection) else one for one in scope])


def _embedded(query: str, vector: np.ndarray | None) -> tuple[np.ndarray | None, str, str]:
    """The query's vector and its space; without an embedder, why there is none."""
    try:
        space, _ = runtime.embedding_space()
        return runtime.embed([query], "query")[0] if vector is None else vector, space, ""
    except Exception as error:  # of the model, the queue or its worker: words still find what they can
        logger.warning("Search by words alone, the query cannot be embedded: %s", error)
        return None, "", "Only words were compared: the embedding model is not available right now."


def _allowed(person: User, scope: Scope) -> dict[str, Any]:
    """The permission as SQL, and what narrows it."""
    collections = readable_collections(person)
    if scope.collections is not None:
        collections = collections.filter(pk__in=list(scope.collections))
    text, values = collections.order_by().values("pk").query.sql_with_params()
    documents = None if scope.documents is None else list(scope.documents)
    readable = connection.ops.compose_sql(text, values)  # type: ignore[attr-defined]
    return {"readable": readable, "documents": documents}


def _rows(
    allowed: dict[str, Any], query: queries.Query, vector: np.ndarray | None, space: str, k: int, weights: Weights
) -> list[dict[str, Any]]:
    legs = max(sql.CANDIDATES, 2 * k)
    statement = sql.statement(
        allowed["readable"],
        documents=allowed["documents"] is not None,
        dense=vector is not None,
        lexical=bool(query.terms),
        exact=bool(query.exact),
    )
    values = sql.constants() | {
        "documents": allowed["documents"],
        "k": k,
        "legs": legs,
        "space": space,
        "vector": None if vector is None else "[" + ",".join(f"{x:.6g}" for x in vector) + "]",
        "terms": list(query.terms),
        "literals": sql.literals(query.terms),
        "boosts": list(query.terms.values()),
        "exact": query.exact,
        "keyword": query.keyword,
        "meaning": weights.meaning,
        "bonus": weights.keyword if query.keyword else weights.exact,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.PREPARE, {"legs": str(min(legs, 1000))})
        cursor.execute(statement, values)
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute(sql.RESTORE)
    return rows


def _hit(row: dict[str, Any]) -> Hit:
    place = [row.pop(name) for name in ("page", "heading", "start", "end")]
    return Hit(location=locate(*place), **row)
