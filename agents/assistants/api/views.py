from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from agents.assistants import actions, policies, selectors
from agents.assistants.api import serializers as s
from agents.assistants.models import Assistant, Version
from apps.accounts.api.authentication import person

EDITABLE = OpenApiParameter("editable", bool, description="1: those that you may change, instead of those that answer")


class AssistantsView(GenericViewSet[Assistant]):
    """Assistants that the caller may use or change."""

    serializer_class = s.AssistantSerializer
    ordering = "slug"
    queryset = Assistant.objects.none()

    @extend_schema(operation_id="assistants_list", parameters=[EDITABLE], responses=s.AssistantSerializer(many=True))
    def list(self, request: Request) -> Response:
        editable = request.query_params.get("editable") in ("1", "true")
        page = self.paginate_queryset(selectors.assistants(person(request), editable)) or []
        return self.get_paginated_response(self._shown(page, many=True))

    @extend_schema(operation_id="assistants_retrieve", responses=s.AssistantSerializer)
    def retrieve(self, request: Request, slug: str) -> Response:
        return Response(self._shown(selectors.one(person(request), slug)))

    @extend_schema(request=s.NewAssistantSerializer, responses={201: s.AssistantSerializer})
    def create(self, request: Request) -> Response:
        body = s.NewAssistantSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        content, sharing, more = _parts(body.validated_data)
        slug, publish = more["slug"], more.get("publish", True)
        actions.create(person(request), slug, content, sharing, publish)
        return Response(self._shown(selectors.one(person(request), slug)), status=201)

    @extend_schema(request=s.ChangeSerializer, responses=s.AssistantSerializer)
    def partial_update(self, request: Request, slug: str) -> Response:
        """Changes what is named. Other content is a new version, which answers at once unless `publish` is false."""
        found = selectors.one(person(request), slug)
        body = s.ChangeSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        content, sharing, more = _parts(body.validated_data)
        actions.change(person(request), found, content, sharing, more.get("publish"), more.get("base"))
        return Response(self._shown(selectors.one(person(request), slug)))

    def destroy(self, request: Request, slug: str) -> Response:
        actions.delete(person(request), selectors.one(person(request), slug))
        return Response(status=204)

    def _shown(self, found: Any, many: bool = False) -> Any:
        shown = [each.pk for each in (found if many else [found])]
        editable = policies.editable(person(self.request)).filter(pk__in=shown).values_list("pk", flat=True)
        context = {"request": self.request, "editable": set(editable)}
        return s.AssistantSerializer(found, many=many, context=context).data


class VersionsView(GenericViewSet[Version]):
    """All that an assistant was, newest first; for those who may change it."""

    serializer_class = s.VersionSerializer
    ordering = "-number"
    queryset = Version.objects.none()

    @extend_schema(operation_id="assistants_versions_list", responses=s.VersionSerializer(many=True))
    def list(self, request: Request, slug: str) -> Response:
        found = selectors.versions(person(request), slug).select_related("assistant")
        page = self.paginate_queryset(found) or []
        return self.get_paginated_response(s.VersionSerializer(page, many=True).data)

    @extend_schema(operation_id="assistants_versions_retrieve", responses=s.VersionSerializer)
    def retrieve(self, request: Request, slug: str, number: int) -> Response:
        return Response(s.VersionSerializer(selectors.version(person(request), slug, number)).data)


class DifferenceView(APIView):
    """What differs between two versions, field by field."""

    @extend_schema(operation_id="assistants_versions_diff", responses=s.DifferencesSerializer)
    def get(self, request: Request, slug: str, a: int, b: int) -> Response:
        found = selectors.difference(person(request), slug, a, b)
        return Response(s.DifferencesSerializer({"results": found}).data)


class PublishView(APIView):
    """Has a version answer from now on: a newer one, or an older one again."""

    @extend_schema(operation_id="assistants_publish", request=s.PublishSerializer, responses=s.VersionSerializer)
    def post(self, request: Request, slug: str) -> Response:
        found = selectors.one(person(request), slug)
        policies.require_edit(person(request), found)
        body = s.PublishSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        published = actions.publish(person(request), found, body.validated_data["version"]).published
        return Response(s.VersionSerializer(published).data)


class TestView(APIView):
    """Asks a version that need not be published, or the newest with changes that need not be saved."""

    @extend_schema(operation_id="assistants_test", request=s.TrialSerializer, responses={202: s.TriedSerializer})
    def post(self, request: Request, slug: str) -> Response:
        found = selectors.one(person(request), slug)
        policies.require_edit(person(request), found)
        body = s.TrialSerializer(data=request.data, partial=False)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        question, number, history = asked.pop("content"), asked.pop("version", None), asked.pop("history", ())
        run = actions.try_out(person(request), found, question, number, asked, history)
        return Response(s.TriedSerializer({"run": run}).data, status=202)


class UsableModelsView(APIView):
    """What can answer here: for whoever chooses an assistant's models."""

    @extend_schema(operation_id="usable_models", responses=s.UsableModelsSerializer)
    def get(self, request: Request) -> Response:
        return Response(s.UsableModelsSerializer({"results": selectors.usable_models()}).data)


def _parts(data: dict[str, Any]) -> Sequence[dict[str, Any]]:
    """What makes a version, with whom it is shared, and the rest."""
    content = {name: value for name, value in data.items() if name in (*selectors.CONTENT, "note")}
    sharing = {name: value for name, value in data.items() if name in actions.SHARING}
    return content, sharing, {name: value for name, value in data.items() if name not in {*content, *sharing}}
