from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from agents import actions, selectors
from agents.api import serializers as s
from agents.models import Run
from apps.accounts.api.authentication import person
from apps.accounts.api.permissions import Administrator


@extend_schema(parameters=[s.RunFilterSerializer])
class RunsView(mixins.ListModelMixin, GenericViewSet[Run]):
    """Everybody's agent runs, newest first, without what was said in them. Administrators only."""

    permission_classes = [Administrator]
    scope = "admin"
    serializer_class = s.RunSummarySerializer
    ordering = "-created_at"
    queryset = Run.objects.none()

    def get_queryset(self) -> QuerySet[Run]:
        given = s.RunFilterSerializer(data=self.request.query_params)
        given.is_valid(raise_exception=True)
        filters: dict[str, Any] = dict(given.validated_data)
        return selectors.agent_runs(person(self.request), filters)


class AnyRunView(APIView):
    """Anybody's agent run with its steps, as far as the reader may read the documents in it. Reading it is recorded.
    Administrators only."""

    permission_classes = [Administrator]
    scope = "admin"

    @extend_schema(operation_id="administration_run", responses=s.AnyRunSerializer)
    def get(self, request: Request, id: UUID) -> Response:
        run = get_object_or_404(selectors.agent_runs(person(request), {}), pk=id)
        actions.record_reading(person(request), run)
        facts = selectors.run_facts(person(request), run)
        asked = {"id": run.person_id, "name": str(run.person), "email": run.person.email}
        return Response(facts | {"person": asked, "question": run.input.get("question", ""), "plan": run.plan})
