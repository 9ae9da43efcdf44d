"""The search as one SQL statement, put together from the parts that a query needs.

What people typed never enters its text: it comes as parameters. `{names}` in braces are other parts of this page.
"""

from collections.abc import Iterable
from typing import Any

from apps.knowledge.lexical import quote
from apps.knowledge.statistics import LENGTH, PASSAGES

CANDIDATES = 50
"""How many passages each leg offers; twice `k` when more are asked for."""

SMALL = 5_000
"""Up to so many readable passages every one is compared: exact, and quicker than walking a graph that is mostly
forbidden."""

RAREST = 8
K1, B = 1.2, 0.75

# Iterative scans go on until enough readable rows are found. The graph gives up after `max_scan_tuples`; then the
# exact scan steps in, so that a person never gets fewer passages than there are.
PREPARE = """
    SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', %(legs)s, true),
           set_config('hnsw.max_scan_tuples', '40000', true)
"""

SCOPE = """
    scope AS MATERIALIZED (SELECT ARRAY({collections}) AS ids)
"""
READABLE = "p.collection_id = ANY ((SELECT ids FROM scope)::uuid[])"
DOCUMENTS = " AND p.document_id = ANY (%(documents)s::uuid[])"

DENSE = """,
    here AS MATERIALIZED (
        SELECT count(*) AS n FROM (SELECT 1 FROM knowledge_passage p WHERE {readable} LIMIT %(small)s + 1) AS counted
    ),
    near AS MATERIALIZED (
        SELECT p.id, p.embedding <=> %(vector)s::halfvec AS distance FROM knowledge_passage p
        WHERE {readable} AND p.space_id = (SELECT id FROM knowledge_space WHERE name = %(space)s)
          AND (SELECT n FROM here) > %(small)s
        ORDER BY p.embedding <=> %(vector)s::halfvec LIMIT %(legs)s
    ),
    every AS MATERIALIZED (
        SELECT p.id, (p.embedding <=> %(vector)s::halfvec) + 0 AS distance FROM knowledge_passage p
        WHERE {readable} AND p.space_id = (SELECT id FROM knowledge_space WHERE name = %(space)s)
          AND (SELECT count(*) FROM near) < %(legs)s
        ORDER BY distance LIMIT %(legs)s
    ),
    dense AS (SELECT id FROM near UNION SELECT id FROM every)
"""
NO_DENSE = ", dense AS (SELECT NULL::uuid AS id WHERE false)"

LEXICAL = """,
    counted AS MATERIALIZED (
        SELECT lexeme, sum(passages) AS passages FROM (
            SELECT lexeme, passages FROM knowledge_term p
            WHERE lexeme = ANY (%(terms)s || %(totals)s::text[]) AND {readable collection}
            UNION ALL
            SELECT lexeme, passages FROM knowledge_termdelta p
            WHERE lexeme = ANY (%(terms)s || %(totals)s::text[]) AND {readable collection}
        ) AS both_tables GROUP BY lexeme
    ),
    corpus AS MATERIALIZED (
        SELECT greatest(max(passages) FILTER (WHERE lexeme = (%(totals)s::text[])[1]), 1)::float AS n,
               greatest(max(passages) FILTER (WHERE lexeme = (%(totals)s::text[])[2]), 1)::float AS length
        FROM counted
    ),
    words AS MATERIALIZED (
        SELECT literal::tsquery AS word, ln(1 + (n - passages + 0.5) / (passages + 0.5)) AS weight
        FROM (
            SELECT term.literal, least(counted.passages, n)::float AS passages, n,
                   rank() OVER (ORDER BY counted.passages)
            FROM unnest(%(terms)s::text[], %(literals)s::text[]) AS term (lexeme, literal)
            JOIN counted ON counted.lexeme = term.lexeme AND counted.passages > 0, corpus
        ) AS ranked
        WHERE rank = 1 OR passages <= greatest(n / 5, 1000)
        ORDER BY passages, literal LIMIT %(rarest)s
    ),
    matched AS MATERIALIZED (
        SELECT id, sum(weight * tf * (%(k1)s + 1) / (tf + %(k1)s * (1 - %(b)s + %(b)s * length / mean)))::float AS bm25
        FROM (
            SELECT p.id, words.weight, p.length, corpus.length / corpus.n AS mean, tf
            FROM corpus, words, LATERAL (
                SELECT p.id, p.length, {term frequency} AS tf FROM knowledge_passage p
                WHERE p.lexemes @@ words.word AND {readable}
            ) AS p
        ) AS found GROUP BY id
    ),
    verbatim AS MATERIALIZED ({verbatim}),
    lexical AS (
        SELECT coalesce(matched.id, verbatim.id) AS id FROM matched FULL JOIN verbatim USING (id)
        ORDER BY verbatim.id IS NOT NULL DESC, matched.bm25 DESC NULLS LAST, id LIMIT %(legs)s
    )
"""
# ts_rank of one word with equal weights is the sum of 1/i^2 for i = 1 .. tf, divided by pi^2/6: it rises with the
# word's frequency alone, and its tail is 1/(tf + 1/2) closely enough to turn round.
TERM_FREQUENCY = """
    round(1 / (1.64493406685 * greatest(1 - ts_rank('{1,1,1,1}', p.lexemes, words.word), 0.002)) - 0.5)
"""
VERBATIM = "SELECT p.id FROM knowledge_passage p WHERE p.lexemes @@ %(exact)s::tsquery AND {readable}"
NO_ROWS = "SELECT NULL::uuid AS id WHERE false"
NO_LEXICAL = """,
    matched AS (SELECT NULL::uuid AS id, 0.0::float AS bm25 WHERE false),
    verbatim AS (SELECT NULL::uuid AS id WHERE false),
    lexical AS (SELECT NULL::uuid AS id WHERE false)
"""

MIX = """,
    pool AS (SELECT id FROM dense UNION SELECT id FROM lexical),
    measured AS (
        SELECT p.id, {similarity} AS similarity, coalesce(matched.bm25, 0) AS bm25, verbatim.id IS NOT NULL AS exact
        FROM pool JOIN knowledge_passage p USING (id) LEFT JOIN matched USING (id) LEFT JOIN verbatim USING (id)
    ),
    mixed AS (
        SELECT *, {meaning} * coalesce((similarity - min(similarity) OVER ())
                    / nullif(max(similarity) OVER () - min(similarity) OVER (), 0), 0)
                + (1 - {meaning}) * coalesce(bm25 / nullif(max(bm25) OVER (), 0), 0)
                + CASE WHEN exact THEN %(bonus)s ELSE 0 END AS total
        FROM measured
    )
    SELECT p.id AS passage_id, p.document_id, p.collection_id, d.title, p.text, p.heading, p.page, p.start, p."end",
           p.ordinal, mixed.similarity, mixed.bm25, mixed.exact,
           total / (1 + CASE WHEN bool_or(exact) OVER () THEN %(bonus)s ELSE 0 END) AS score
    FROM mixed JOIN knowledge_passage p USING (id) JOIN knowledge_document d ON d.id = p.document_id
    ORDER BY total DESC, p.document_id, p.ordinal LIMIT %(k)s
"""
SIMILARITY = """CASE WHEN p.space_id = (SELECT id FROM knowledge_space WHERE name = %(space)s)
                THEN 1 - (p.embedding <=> %(vector)s::halfvec) END"""


def statement(readable: str, *, documents: bool, dense: bool, lexical: bool, exact: bool) -> str:
    """The statement. `readable` is SQL that lists the ids of the collections that may be looked into."""
    parts = {
        "scope": SCOPE,
        "dense": DENSE if dense else NO_DENSE,
        "lexical": LEXICAL if lexical else NO_LEXICAL,
        "mix": MIX,
        "verbatim": VERBATIM if exact else NO_ROWS,
        "similarity": SIMILARITY if dense else "NULL::float",
        "meaning": "%(meaning)s::float" if dense else "0.0::float",
        "term frequency": TERM_FREQUENCY,
        "readable": READABLE + (DOCUMENTS if documents else ""),
        "readable collection": READABLE,
        "collections": readable.replace("%", "%%"),
    }
    text = "WITH{scope}{dense}{lexical}{mix}"
    for name, part in parts.items():
        text = text.replace("{" + name + "}", part)
    return text


def constants() -> dict[str, Any]:
    """The values that are the same for every search."""
    return {"small": SMALL, "rarest": RAREST, "k1": K1, "b": B, "totals": [PASSAGES, LENGTH]}


def literals(terms: Iterable[str]) -> list[str]:
    """Each term as a `tsquery` that matches it and nothing else."""
    return [quote(term) for term in terms]
