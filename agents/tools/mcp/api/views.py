from django.http import HttpResponseRedirect
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.tools import selectors
from apps.accounts.api.authentication import person
from apps.accounts.api.permissions import Administrator

AFTERWARDS = "/administration"  # where the administrator finds the tool again


class AddressSerializer(serializers.Serializer[dict[str, str]]):
    url = serializers.URLField(help_text="Open it in the browser in which you are signed in here.")


class SignInView(APIView):
    """Begins an administrator's sign-in to the service behind a tool (OAuth 2.1)."""

    permission_classes = [Administrator]
    scope = "admin"

    @extend_schema(operation_id="tools_oauth", request=None, responses=AddressSerializer)
    def post(self, request: Request, slug: str) -> Response:
        from agents.tools.mcp.oauth import actions

        tool = selectors.one(person(request), slug)
        redirect = request.build_absolute_uri(reverse("tools-oauth-callback", args=[tool.slug]))
        return Response({"url": actions.begin(person(request), tool, redirect)})


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
        actions.finish(person(request), selectors.one(person(request), slug), answer)
        return HttpResponseRedirect(AFTERWARDS)
