from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents import actions, replay, selectors
from agents.api import serializers as s
from agents.models import Run
from apps.accounts.api.authentication import person
from apps.accounts.api.permissions import Administrator


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


class ReplayView(APIView):
    """Carries an agent's run out again, turn by turn, with the results as they were stored; nothing is called. The
    comparison is the `result` of the run that is started. Administrators only."""

    permission_classes = [Administrator]
    scope = "admin"

    @extend_schema(operation_id="runs_replay", request=None, responses={202: s.RunStatusSerializer})
    def post(self, request: Request, id: UUID) -> Response:
        run = get_object_or_404(selectors.agent_runs(person(request), {}), pk=id)
        started = replay.start(person(request), run)
        return Response({"id": started.pk, "status": started.status}, status=202)
