from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from agents.tools import actions, selectors
from agents.tools.api import serializers as s
from agents.tools.models import Tool
from agents.tools.types import ToolError
from apps.accounts.api.authentication import person
from apps.accounts.api.permissions import Administrator


class ToolsView(mixins.ListModelMixin, GenericViewSet[Tool]):
    """Tools, for administrators. A path takes a slug or an id. Secrets are taken and never given."""

    permission_classes = [Administrator]
    scope = "admin"
    serializer_class = s.ToolSerializer
    ordering = ("name", "id")
    queryset = Tool.objects.none()

    def get_queryset(self) -> QuerySet[Tool]:
        return selectors.tools(person(self.request))

    @extend_schema(request=s.NewToolSerializer, responses={201: s.ToolSerializer})
    def create(self, request: Request) -> Response:
        """Makes a tool. Beside what is listed, the body holds the fields of its kind."""
        body = s.NewToolSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = actions.create(person(request), _body(request, body.validated_data))
        return Response(self._shown(request, made), status=201)

    @extend_schema(responses=s.ToolSerializer)
    def retrieve(self, request: Request, slug: str) -> Response:
        return Response(s.ToolSerializer(selectors.one(person(request), slug)).data)

    @extend_schema(request=s.ToolChangeSerializer, responses=s.ToolSerializer)
    def partial_update(self, request: Request, slug: str) -> Response:
        tool = selectors.one(person(request), slug)
        body = s.ToolChangeSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        return Response(
            self._shown(request, actions.change(person(request), tool, _body(request, body.validated_data)))
        )

    def destroy(self, request: Request, slug: str) -> Response:
        actions.delete(person(request), selectors.one(person(request), slug))
        return Response(status=204)

    @extend_schema(operation_id="tools_refresh", request=None, responses=s.ToolSerializer)
    def refresh(self, request: Request, slug: str) -> Response:
        """Reads the tool's operations again. Those that are new or take other arguments are switched off."""
        tool = actions.refresh(person(request), selectors.one(person(request), slug))
        return Response(self._shown(request, tool))

    @extend_schema(
        operation_id="tools_operation_change", request=s.OperationChangeSerializer, responses=s.OperationSerializer
    )
    def change_operation(self, request: Request, slug: str, name: str) -> Response:
        found = selectors.operation(selectors.one(person(request), slug), name)
        body = s.OperationChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        changed = actions.change_operation(person(request), found, body.validated_data)
        return Response(s.OperationSerializer(changed).data)

    @extend_schema(operation_id="tools_test", request=s.TestSerializer, responses=s.TestedSerializer)
    def test(self, request: Request, slug: str) -> Response:
        """Calls an operation with real arguments. It is the administrator's own call: what it does is done."""
        tool = selectors.one(person(request), slug)
        body = s.TestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        found = selectors.operation(tool, body.validated_data["operation"])
        try:
            result, seconds = actions.test(person(request), found, body.validated_data.get("arguments", {}))
        except ToolError as error:
            return Response(s.TestedSerializer({"ok": False, "text": str(error), "data": None, "seconds": 0}).data)
        answer = {"ok": True, "text": result.text, "data": result.data, "seconds": round(seconds, 3)}
        return Response(s.TestedSerializer(answer).data)

    def _shown(self, request: Request, tool: Tool) -> Any:
        return s.ToolSerializer(selectors.one(person(request), str(tool.pk))).data


class UsableToolsView(mixins.ListModelMixin, GenericViewSet[Tool]):
    """What the person may have called: for whoever chooses an assistant's tools."""

    serializer_class = s.UsableToolSerializer
    ordering = ("name", "id")
    queryset = Tool.objects.none()

    def get_queryset(self) -> QuerySet[Tool]:
        return selectors.usable(person(self.request))


def _body(request: Request, checked: dict[str, Any]) -> dict[str, Any]:
    """The common fields as they were checked, and the kind's own as they came."""
    given = request.data if isinstance(request.data, dict) else {}
    return {**given, **checked}
