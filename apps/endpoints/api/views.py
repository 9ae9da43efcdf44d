from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from quarry import secrets
from quarry.api import Problem
from quarry.runtime.remote import PRESETS
from quarry.runtime.remote.diagnosis import diagnose
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from apps.accounts.api.authentication import person
from apps.accounts.api.permissions import Administrator
from apps.endpoints import actions, selectors
from apps.endpoints.api import serializers as s
from apps.endpoints.models import Endpoint


class EndpointsView(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Endpoint]):
    """Models that other runtimes serve, for administrators. Secrets are taken and never given."""

    permission_classes = [Administrator]
    scope = "admin"
    serializer_class = s.EndpointSerializer
    ordering = "name"
    lookup_field = "slug"
    queryset = Endpoint.objects.none()

    def get_queryset(self) -> QuerySet[Endpoint]:
        return selectors.endpoints(person(self.request))

    @extend_schema(request=s.NewEndpointSerializer, responses={201: s.EndpointSerializer})
    def create(self, request: Request) -> Response:
        body = s.NewEndpointSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = actions.create(person(request), body.validated_data)
        return Response(s.EndpointSerializer(made).data, status=201)

    @extend_schema(request=s.EndpointChangeSerializer, responses=s.EndpointSerializer)
    def partial_update(self, request: Request, slug: str) -> Response:
        body = s.EndpointChangeSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        changed = actions.change(person(request), self.get_object(), body.validated_data)
        return Response(s.EndpointSerializer(changed).data)

    def destroy(self, request: Request, slug: str) -> Response:
        actions.delete(person(request), self.get_object())
        return Response(status=204)


class EndpointTestView(APIView):
    """Tries the endpoint from here, step by step: name, connection, encryption, key, model, answer, stream, tools."""

    permission_classes = [Administrator]
    scope = "admin"

    @extend_schema(operation_id="endpoints_test", request=None, responses=s.DiagnosisSerializer)
    def post(self, request: Request, slug: str) -> Response:
        found = selectors.one(person(request), slug)
        try:
            diagnosis = diagnose(selectors.for_runtime(found))
        except secrets.Unreadable:
            raise Problem(409, "The key cannot be read any more: give it again.") from None
        data = s.DiagnosisSerializer(diagnosis).data
        actions.record_test(person(request), found, diagnosis.passed, data["steps"])
        return Response(data)


class PresetsView(APIView):
    """The services that one can pick."""

    permission_classes = [Administrator]
    scope = "admin"

    @extend_schema(operation_id="endpoint_presets", responses=s.PresetsSerializer)
    def get(self, request: Request) -> Response:
        return Response(s.PresetsSerializer({"results": list(PRESETS.values())}).data)


class OrderView(APIView):
    """The order in which models answer: the first that can."""

    permission_classes = [Administrator]
    scope = "admin"

    @extend_schema(operation_id="endpoint_order", responses=s.OrderSerializer)
    def get(self, request: Request) -> Response:
        return Response({"order": selectors.order_names(person(request))})

    @extend_schema(operation_id="endpoint_order_set", request=s.OrderSerializer, responses=s.OrderSerializer)
    def put(self, request: Request) -> Response:
        body = s.OrderSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response({"order": actions.set_order(person(request), body.validated_data["order"])})
