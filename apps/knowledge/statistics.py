"""Adding up the word counts that indexing leaves behind."""

from django.db import connection, transaction

# Two rows of `Term` that are no words (no lexeme begins so): how many passages a collection has, and how long all are.
PASSAGES = "#passages"
LENGTH = "#length"

ADD_UP = """
    WITH gone AS (DELETE FROM knowledge_termdelta RETURNING collection_id, lexeme, passages),
    added AS (SELECT collection_id, lexeme, sum(passages) AS passages FROM gone GROUP BY 1, 2 HAVING sum(passages) <> 0)
    INSERT INTO knowledge_term AS term (collection_id, lexeme, passages)
    SELECT added.* FROM added ORDER BY lexeme, collection_id
    ON CONFLICT (lexeme, collection_id) DO UPDATE SET passages = term.passages + excluded.passages
"""


@transaction.atomic
def add_up() -> bool:
    """Moves all deltas into the table of terms. False when another process is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('quarry.knowledge.add_up'))")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(ADD_UP)
        cursor.execute("DELETE FROM knowledge_term WHERE passages <= 0")
    return True
