from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from quarry.api.sentences import Sentence
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.tools import selectors
from apps.accounts.api.authentication import person
from apps.accounts.api.permissions import Administrator

AFTERWARDS = "/administration/tools/{}?signed-in"  # where the page of the tool says what came of it


class AddressSerializer(serializers.Serializer[dict[str, str]]):
    url = serializers.URLField(help_text="Open it in the browser in which you are signed in here.")


class OutcomeSerializer(serializers.Serializer[dict[str, Any]]):
    ok = serializers.BooleanField()
    detail = Sentence(help_text="What came of it, or why nothing did.")


class SignInView(APIView):
    """An administrator's sign-in to the service behind a tool (OAuth 2.1)."""

    permission_classes = [Administrator]
    scope = "admin"

    @extend_schema(operation_id="tools_oauth", request=None, responses=AddressSerializer)
    def post(self, request: Request, slug: str) -> Response:
        from agents.tools.mcp.oauth import actions

        tool = selectors.one(person(request), slug)
        redirect = request.build_absolute_uri(reverse("tools-oauth-callback", args=[tool.slug]))
        return Response({"url": actions.begin(person(request), tool, redirect)})

    @extend_schema(operation_id="tools_oauth_outcome", responses=OutcomeSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """What came of the caller's last sign-in, for some minutes."""
        from agents.tools.mcp.oauth import actions

        came = actions.outcome(person(request), selectors.one(person(request), slug))
        return Response(OutcomeSerializer(came).data)


class SignedInView(APIView):
    """Where the service sends the administrator back to."""

    permission_classes = [Administrator]
    scope = "admin"

    @extend_schema(
        operation_id="tools_oauth_callback",
        parameters=[OpenApiParameter(name, str) for name in ("code", "state", "iss", "error")],
        responses={302: OpenApiTypes.NONE},
    )
    def get(self, request: Request, slug: str) -> HttpResponseRedirect:
        from agents.tools.mcp.oauth import actions

        answer = {name: request.query_params[name] for name in request.query_params}
        tool = selectors.one(person(request), slug)
        actions.finish(person(request), tool, answer)
        return HttpResponseRedirect(AFTERWARDS.format(tool.slug))
