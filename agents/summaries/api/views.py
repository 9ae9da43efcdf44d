from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from agents.summaries import actions, selectors
from agents.summaries.api import serializers as s
from agents.summaries.models import Summary
from apps.accounts.api.authentication import person


class SummariesView(GenericViewSet[Summary]):
    """The caller's own summaries. Each is a run: follow and cancel it as any other."""

    scope = "chat"
    serializer_class = s.SummarySerializer
    ordering = ("-created_at", "id")
    queryset = Summary.objects.none()

    def get_queryset(self) -> QuerySet[Summary]:
        return selectors.summaries(person(self.request))

    @extend_schema(operation_id="summaries_list", responses=s.SummarySerializer(many=True))
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        facts = [selectors.facts(person(request), summary) for summary in page]
        return self.get_paginated_response(facts)

    @extend_schema(
        operation_id="summaries_create", request=s.NewSummarySerializer, responses={202: s.StartedSerializer}
    )
    def create(self, request: Request) -> Response:
        body = s.NewSummarySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        summary = actions.start(person(request), body.validated_data)
        started = {"id": summary.pk, "run": {"id": summary.run.pk, "status": summary.run.status}}
        return Response(s.StartedSerializer(started).data, status=202)

    @extend_schema(operation_id="summaries_retrieve", responses=s.SummarySerializer)
    def retrieve(self, request: Request, id: UUID) -> Response:
        summary = get_object_or_404(self.get_queryset(), pk=id)
        return Response(selectors.facts(person(request), summary))
