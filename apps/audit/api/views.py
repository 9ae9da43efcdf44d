from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from quarry.api.streaming import streamed
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from apps.accounts.api.authentication import person
from apps.accounts.api.permissions import Administrator
from apps.audit import chain, export, record, selectors
from apps.audit.api import serializers as s
from apps.audit.models import Event

Form = tuple[Callable[[Iterable[Event]], Iterator[str]], str, str]
FORMS: dict[str, Form] = {
    "jsonl": (export.json_lines, "application/x-ndjson", "jsonl"),
    "csv": (export.csv_lines, "text/csv; charset=utf-8", "csv"),
    "ocsf": (export.ocsf_lines, "application/x-ndjson", "ocsf.jsonl"),
}


def _filters(request: Request, form: type[s.FilterSerializer] = s.FilterSerializer) -> dict[str, Any]:
    given = form(data=request.query_params)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


@extend_schema(parameters=[s.FilterSerializer])
class EventsView(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Event]):
    """The audit log, newest first; for administrators."""

    permission_classes = [Administrator]
    scope = "admin"
    serializer_class = s.EventSerializer
    ordering = "-id"
    queryset = Event.objects.none()

    def get_queryset(self) -> QuerySet[Event]:
        return selectors.events(person(self.request), _filters(self.request))  # type: ignore[arg-type]


class ExportView(APIView):
    permission_classes = [Administrator]
    scope = "admin"

    @extend_schema(parameters=[s.ExportSerializer], responses={200: OpenApiTypes.STR})
    def get(self, request: Request) -> StreamingHttpResponse:
        """The same filters as the list, streamed oldest first. The export itself is recorded."""
        filters = _filters(request, s.ExportSerializer)
        form = filters.pop("format")
        lines, content_type, ending = FORMS[form]
        events = selectors.events(person(request), filters).order_by("id")  # type: ignore[arg-type]
        with transaction.atomic():
            record(person(request), "audit.export", None, {"format": form} | {k: str(v) for k, v in filters.items()})
        name = f"quarry-audit-{timezone.now():%Y%m%d-%H%M%S}.{ending}"
        return StreamingHttpResponse(
            streamed(request._request, lines(events.iterator(chunk_size=500))),
            content_type=content_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """`?format=` names our export form here, not one of DRF's renderers."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type


class VerifyView(APIView):
    permission_classes = [Administrator]
    scope = "admin"

    @extend_schema(request=None, responses=s.VerdictSerializer)
    def post(self, request: Request) -> Response:
        """Computes every hash of the chain again."""
        verdict = chain.verify()
        record(person(request), "audit.verify", None, {"ok": verdict.ok, "checked": verdict.checked})
        return Response(s.VerdictSerializer(verdict).data)
