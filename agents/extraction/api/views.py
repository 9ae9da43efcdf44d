from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from quarry.api import Problem
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from agents.extraction import actions, export, selectors, templates
from agents.extraction.api import serializers as s
from agents.extraction.models import Extraction, Row
from apps.accounts.api.authentication import person

FILES = {(200, "text/csv"): OpenApiTypes.BINARY, (200, export.TYPES["xlsx"]): OpenApiTypes.BINARY}


class ExtractionsView(GenericViewSet[Extraction]):
    """Fields read out of documents, the caller's own. Each is a run: follow and cancel it as any other."""

    scope = "chat"
    serializer_class = s.ExtractionSerializer
    ordering = ("-created_at", "id")
    queryset = Extraction.objects.none()

    def get_queryset(self) -> QuerySet[Extraction]:
        return selectors.extractions(person(self.request))

    def _one(self, id: UUID) -> Extraction:
        return get_object_or_404(self.get_queryset(), pk=id)

    @extend_schema(operation_id="extractions_list", responses=s.ExtractionSerializer(many=True))
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        facts = [selectors.summary_facts(person(request), each) for each in page]
        return self.get_paginated_response(facts)

    @extend_schema(
        operation_id="extractions_create",
        request=s.NewExtractionSerializer,
        responses={202: s.StartedExtractionSerializer},
    )
    def create(self, request: Request) -> Response:
        body = s.NewExtractionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = actions.start(person(request), body.validated_data)
        started = {"id": made.pk, "run": {"id": made.run.pk, "status": made.run.status}}
        return Response(s.StartedExtractionSerializer(started).data, status=202)

    @extend_schema(operation_id="extractions_retrieve", responses=s.ExtractionTableSerializer)
    def retrieve(self, request: Request, id: UUID) -> Response:
        return Response(selectors.facts(person(request), self._one(id)))

    @extend_schema(
        operation_id="extractions_rows_partial_update", request=s.RowChangeSerializer, responses=s.RowSerializer
    )
    def partial_update(self, request: Request, id: UUID, row: UUID) -> Response:
        """A person corrects values, or confirms them."""
        found: Row = get_object_or_404(selectors.readable_rows(person(request), self._one(id)), pk=row)
        body = s.RowChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        changed = actions.correct(person(request), found, **body.validated_data)
        return Response(selectors.row_facts(changed))


class ExportView(APIView):
    """The table as a file, without the rows that may no longer be read."""

    scope = "chat"

    @extend_schema(
        operation_id="extractions_export",
        parameters=[OpenApiParameter("format", enum=list(export.TYPES), description="csv where left out")],
        responses=FILES,
    )
    def get(self, request: Request, id: UUID) -> HttpResponse:
        asking, format = person(request), request.query_params.get("format", "csv")
        extraction = get_object_or_404(selectors.extractions(asking), pk=id)
        if format not in export.TYPES:
            text = "The table can be had as csv or xlsx."
            raise Problem(400, text, errors={"format": [text]})
        rows = list(selectors.readable_rows(asking, extraction))
        write = export.as_csv if format == "csv" else export.as_xlsx
        response = HttpResponse(write(extraction.schema, rows), content_type=export.TYPES[format])
        response["Content-Disposition"] = f'attachment; filename="extraction.{format}"'
        actions.record_export(asking, extraction, format, rows)
        return response

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """`?format=` names the form of the file here, not one of DRF's renderers."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type


class TemplatesView(APIView):
    """Ready-made schemas."""

    scope = "chat"

    @extend_schema(operation_id="extraction_templates", responses=s.TemplatesSerializer)
    def get(self, request: Request) -> Response:
        return Response(s.TemplatesSerializer({"results": templates.listed()}).data)
