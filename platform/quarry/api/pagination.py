"""Lists: `?cursor=&limit=` -> `{"results": [...], "next": "<cursor>" | null}`, steady while rows are added."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ValidationError
from django.db import DataError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response

from quarry.api.problem import Problem


class CursorPage(CursorPagination):
    """Keyset pages. A view names its order in `ordering`; the cursor is opaque."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = "-created_at"

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any] | None:
        """A cursor holds a value of the column that the list is ordered by: one that is made up may hold anything."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, ValidationError, DataError):
            text = "This is not a cursor that a page of this list gave."
            raise Problem(400, text, errors={"cursor": [text]}) from None

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        own = getattr(view, "ordering", self.ordering)
        return (own,) if isinstance(own, str) else tuple(own)

    def get_paginated_response(self, data: Any) -> Response:
        link = self.get_next_link()
        cursor = parse_qs(urlsplit(link).query)["cursor"][0] if link else None
        return Response({"results": data, "next": cursor})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {"type": "string", "nullable": True, "description": "pass as `cursor` for the next page"},
            },
        }
