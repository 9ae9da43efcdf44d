"""Columns that Django does not have."""

from typing import Any

from django.db import models
from psycopg.types.json import Json


class OrderedJSONField(models.JSONField):
    """JSON whose objects keep their names in the order in which they were written: PostgreSQL's `jsonb`, Django's usual
    column, puts short names first. It cannot be compared; what is in it is searched by `KT`, as text."""

    def db_type(self, connection: Any) -> str:
        return "json"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return Json(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return value  # psycopg has read it: Django keeps it from doing so for `jsonb` alone
