from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from agents.schedules import actions, hooks, selectors
from agents.schedules.api import serializers as s
from agents.schedules.models import Firing, Schedule
from apps.accounts.api.authentication import person


class SchedulesView(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Schedule]):
    """The caller's own schedules."""

    scope = "chat"
    serializer_class = s.ScheduleSerializer
    ordering = ("-created_at", "id")
    lookup_url_kwarg = "id"
    queryset = Schedule.objects.none()

    def get_queryset(self) -> QuerySet[Schedule]:
        return selectors.schedules(person(self.request))

    @extend_schema(request=s.NewScheduleSerializer, responses={201: s.ScheduleOnceSerializer})
    def create(self, request: Request) -> Response:
        body = s.NewScheduleSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made, shown = actions.create(person(request), body.validated_data)
        return Response(_once(request, made, shown), status=201)

    @extend_schema(request=s.ScheduleChangeSerializer, responses=s.ScheduleOnceSerializer)
    def partial_update(self, request: Request, id: UUID) -> Response:
        found = self.get_object()
        body = s.ScheduleChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        changed, shown = actions.change(person(request), found, body.validated_data)
        return Response(_once(request, changed, shown))

    def destroy(self, request: Request, id: UUID) -> Response:
        actions.delete(person(request), self.get_object())
        return Response(status=204)


class RunNowView(APIView):
    """Starts the schedule now; 409 while it is running."""

    scope = "chat"

    @extend_schema(operation_id="schedules_run", request=None, responses={202: s.StartedSerializer})
    def post(self, request: Request, id: UUID) -> Response:
        made = actions.run_now(person(request), selectors.one(person(request), id))
        return Response(s.StartedSerializer(made).data, status=202)


class FiringsView(GenericViewSet[Firing]):
    """When a schedule ran, newest first, with what became of each result."""

    scope = "chat"
    serializer_class = s.FiringSerializer
    ordering = ("-created_at", "id")
    queryset = Firing.objects.none()

    @extend_schema(operation_id="schedules_runs_list", responses=s.FiringSerializer(many=True))
    def list(self, request: Request, id: UUID) -> Response:
        found = selectors.firings(selectors.one(person(request), id))
        page = self.paginate_queryset(found) or []
        return self.get_paginated_response(s.FiringSerializer(page, many=True).data)


class HookView(APIView):
    """Sets a schedule off. The address is the credential; where the schedule wants signatures, they are those of
    Standard Webhooks. The JSON that is sent reaches the model as data, never as an instruction."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="hooks_call", request=OpenApiTypes.OBJECT, responses={202: s.ReceivedSerializer}, auth=[]
    )
    def post(self, request: Request, token: str) -> Response:
        body = request._request.body  # before it is parsed: the signature is over the bytes
        headers = {name.lower(): value for name, value in request.headers.items()}
        made = hooks.receive(token, body, request.data, headers)
        return Response(s.ReceivedSerializer(made).data, status=202)


def _once(request: Request, schedule: Schedule, shown: dict[str, str]) -> dict[str, Any]:
    secrets = {name: value for name, value in shown.items() if name != "token"}
    if "token" in shown:
        secrets["hook"] = request.build_absolute_uri(f"/api/v1/hooks/{shown['token']}")
    return s.ScheduleSerializer(selectors.one(person(request), schedule.pk)).data | secrets
