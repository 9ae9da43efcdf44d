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

RAREST, RARE, TELLING = 8, 500, 0.3
"""BM25 weighs at most so many words, the rarest ones; of those that stand in more than `RARE` passages only words that
weigh at least `TELLING` of the rarest. Others move no ranking and cost most of the time."""

READ = 1_000
"""How often a word's positions are read to count it. Which passages to count in is decided before, as if every word
stood there once: that needs the index only."""

K1, B = 1.2, 0.75

# Iterative scans go on until enough readable rows are found. The graph gives up after `max_scan_tuples`; then the
# exact scan steps in, so that a person never gets fewer passages than there are.
PREPARE = """
    SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', %(legs)s, true),
           set_config('hnsw.max_scan_tuples', '40000', true), set_config('enable_seqscan', 'off', true)
"""
# The planner cannot know how little a person may read: without the hint above it reads whole tables.
RESTORE = "SELECT set_config('enable_seqscan', 'on', true)"

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
        SELECT lexeme, sum(passages)::float AS passages FROM (
            SELECT lexeme, passages FROM knowledge_term p
            WHERE lexeme = ANY (%(terms)s || %(totals)s::text[]) AND {readable collection}
            UNION ALL
            SELECT lexeme, passages FROM knowledge_termdelta p
            WHERE lexeme = ANY (%(terms)s || %(totals)s::text[]) AND {readable collection}
        ) AS both_tables GROUP BY lexeme
    ),
    corpus AS MATERIALIZED (
        SELECT n, greatest(length, 1) / n AS mean FROM (
            SELECT greatest(max(passages) FILTER (WHERE lexeme = (%(totals)s::text[])[1]), 1) AS n,
                   max(passages) FILTER (WHERE lexeme = (%(totals)s::text[])[2]) AS length
            FROM counted
        ) AS totals
    ),
    words AS MATERIALIZED (
        SELECT literal, literal::tsquery AS word, weight,
               (SELECT sum(passages) FROM knowledge_term t WHERE t.lexeme = known.lexeme)::float AS everywhere
        FROM (
            SELECT lexeme, literal, passages, weight, max(weight) OVER () AS most FROM (
                SELECT lexeme, literal, passages,
                       boost * ln(1 + (greatest(n - passages, 0) + 0.5) / (passages + 0.5)) AS weight
                FROM counted JOIN unnest(%(terms)s::text[], %(literals)s::text[], %(boosts)s::float[])
                     AS term (lexeme, literal, boost) USING (lexeme), corpus
                WHERE passages > 0
            ) AS weighed
        ) AS known
        WHERE passages <= %(rare)s OR weight >= %(telling)s * most
        ORDER BY weight DESC, literal LIMIT %(rarest)s
    ),
    way AS MATERIALIZED (
        SELECT string_agg(literal, ' | ')::tsquery AS any_word,
               coalesce(sum(everywhere), 0) <= 4 * (SELECT n FROM corpus) AS by_index
        FROM words
    ),
    present AS MATERIALIZED (
        SELECT id, count(*) AS words, sum(weight * 1 * (%(k1)s + 1) / (1 + {norm})) AS least
        FROM (
            SELECT p.id, p.length, words.weight FROM words, LATERAL (
                SELECT p.id, p.length FROM knowledge_passage p WHERE p.lexemes @@ words.word AND {readable}
            ) AS p
            WHERE (SELECT by_index FROM way)
            UNION ALL
            SELECT p.id, p.length, found.weight FROM (
                SELECT p.id, p.length, p.lexemes FROM knowledge_passage p
                WHERE {readable} AND NOT (SELECT by_index FROM way)
                  AND (p.lexemes @@ (SELECT any_word FROM way)) IS TRUE OFFSET 0
            ) AS p, LATERAL (SELECT weight FROM words WHERE (p.lexemes @@ words.word) IS TRUE) AS found
        ) AS found, corpus GROUP BY id
    ),
    shortlist AS MATERIALIZED (
        SELECT id FROM (
            SELECT id FROM present ORDER BY CASE WHEN %(keyword)s THEN words END DESC, least DESC, id
            LIMIT greatest(%(legs)s, %(read)s / greatest((SELECT count(*) FROM words), 1))
        ) AS best UNION SELECT id FROM dense
    ),
    matched AS MATERIALIZED (
        SELECT id, exact, sum(weight * tf * (%(k1)s + 1) / (tf + {norm}))::float AS bm25
        FROM (
            SELECT p.id, p.length, p.lexemes, {exact} AS exact
            FROM shortlist JOIN knowledge_passage p USING (id) OFFSET 0
        ) AS p, corpus, words, LATERAL (SELECT {term frequency} AS tf OFFSET 0) AS counted
        GROUP BY id, exact
    ),
    lexical AS (
        SELECT id FROM matched WHERE bm25 > 0 ORDER BY exact DESC, bm25 DESC, id LIMIT %(legs)s
    )
"""
# ts_rank of one word with equal weights is the sum of 1/i^2 for i = 1 .. tf, divided by pi^2/6: it rises with the
# word's frequency alone, and its tail is 1/(tf + 1/2) closely enough to turn round. Of an absent word it is 0.
TERM_FREQUENCY = """
    round(1 / (1.64493406685 * greatest(1 - ts_rank('{1,1,1,1}', p.lexemes, words.word), 0.002)) - 0.5)
"""
NORM = "%(k1)s * (1 - %(b)s + %(b)s * length / mean)"
EXACT = "p.lexemes @@ %(exact)s::tsquery"
NO_LEXICAL = """,
    matched AS (SELECT NULL::uuid AS id, 0.0::float AS bm25, false AS exact WHERE false),
    lexical AS (SELECT NULL::uuid AS id WHERE false)
"""

MIX = """,
    pool AS (SELECT id FROM dense UNION SELECT id FROM lexical),
    measured AS (
        SELECT p.id, {similarity} AS similarity, coalesce(matched.bm25, 0) AS bm25,
               coalesce(matched.exact, false) AS exact
        FROM pool JOIN knowledge_passage p USING (id) LEFT JOIN matched USING (id)
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
        "exact": EXACT if exact else "false",
        "similarity": SIMILARITY if dense else "NULL::float",
        "meaning": "%(meaning)s::float" if dense else "0.0::float",
        "norm": NORM,
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
    weighing = {"rarest": RAREST, "rare": RARE, "telling": TELLING, "read": READ, "k1": K1, "b": B}
    return {"small": SMALL, "totals": [PASSAGES, LENGTH], **weighing}


def literals(terms: Iterable[str]) -> list[str]:
    """Each term as a `tsquery` that matches it and nothing else."""
    return [quote(term) for term in terms]
