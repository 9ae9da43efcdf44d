"""The `vector` extension, with a message that says what to do where this account may not create it."""

from typing import Any

from django.db import DatabaseError
from django.db.migrations.operations.base import Operation

ADVICE = (
    "Quarry needs PostgreSQL's `vector` extension (pgvector 0.8 or newer) in this database. {why} "
    "Let a database administrator install pgvector and run once, in this database: CREATE EXTENSION vector;"
)
OLDEST = (0, 8)


class VectorExtension(Operation):
    """Creates the extension unless it is there, and refuses one that is too old for filtered search."""

    reversible = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing in the models' state changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if installed(schema_editor) is None:
            try:
                schema_editor.execute("CREATE EXTENSION IF NOT EXISTS vector")
            except DatabaseError as error:
                raise DatabaseError(ADVICE.format(why=f"Creating it failed: {str(error).strip()}.")) from error
        version = installed(schema_editor) or ""
        if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
            raise DatabaseError(ADVICE.format(why=f"It is too old here ({version})."))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """The extension stays: others may use it."""

    def describe(self) -> str:
        return "Creates the extension vector"


def installed(schema_editor: Any) -> str | None:
    """The extension's version in this database, None without it."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
        row = cursor.fetchone()
    return row[0] if row else None
