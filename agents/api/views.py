from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents import actions, selectors
from agents.api import serializers as s
from agents.models import Run
from apps.accounts.api.authentication import person


def _run(request: Request, id: UUID) -> Run:
    return get_object_or_404(selectors.runs(person(request)), pk=id)


class RunView(APIView):
    """A run with its answer, its citations and its steps."""

    scope = "chat"

    @extend_schema(operation_id="runs_retrieve", responses=s.RunSerializer)
    def get(self, request: Request, id: UUID) -> Response:
        return Response(selectors.run_facts(person(request), _run(request, id)))


class CancelView(APIView):
    """Asks a run to stop; the engine looks at it between tokens. A run that has ended stays as it is."""

    scope = "chat"

    @extend_schema(operation_id="runs_cancel", request=None, responses={202: s.RunStatusSerializer})
    def post(self, request: Request, id: UUID) -> Response:
        run = actions.cancel(person(request), _run(request, id))
        return Response({"id": run.pk, "status": run.status}, status=202)


class ApprovalView(APIView):
    """Answers a step that waits for a person. 409 where the run does not wait."""

    scope = "chat"

    @extend_schema(operation_id="runs_approve", request=s.ApprovalSerializer, responses={202: s.RunStatusSerializer})
    def post(self, request: Request, id: UUID, step: UUID) -> Response:
        run = _run(request, id)
        body = s.ApprovalSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        actions.decide(person(request), run, get_object_or_404(run.steps, pk=step), **body.validated_data)
        return Response({"id": run.pk, "status": run.status}, status=202)
