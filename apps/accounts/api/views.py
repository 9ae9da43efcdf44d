from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.db.models import QuerySet
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from apps.accounts import actions, selectors
from apps.accounts.api import serializers as s
from apps.accounts.api.authentication import person
from apps.accounts.api.permissions import Administrator, SignedInWithScope
from apps.accounts.models import ApiKey, Group, User


class MeView(APIView):
    """The person who asks."""

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        get_token(request)  # the page's first call: signed in or not, it needs the CSRF cookie
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(responses=s.MeSerializer)
    def get(self, request: Request) -> Response:
        return Response(s.MeSerializer(person(request)).data)

    @extend_schema(request=s.MeSerializer, responses=s.MeSerializer)
    def patch(self, request: Request) -> Response:
        body = s.MeSerializer(person(request), data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        return Response(s.MeSerializer(actions.change_own_profile(person(request), body.validated_data)).data)


class MyPasswordView(APIView):
    @extend_schema(request=s.PasswordChangeSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        body = s.PasswordChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        actions.change_own_password(person(request), **body.validated_data)
        update_session_auth_hash(request._request, person(request))
        return Response(status=204)


class PeopleView(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[User]):
    """People, for administrators."""

    permission_classes = [Administrator]
    scope = "admin"
    serializer_class = s.PersonSerializer
    ordering = "email"
    queryset = User.objects.none()

    def get_queryset(self) -> QuerySet[User]:
        return selectors.people(person(self.request))

    @extend_schema(request=s.NewPersonSerializer, responses={201: s.PersonSerializer})
    def create(self, request: Request) -> Response:
        body = s.NewPersonSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        changed = actions.create_person(person(request), **body.validated_data)
        return Response(s.PersonSerializer(changed).data, status=201)

    @extend_schema(request=s.PersonChangeSerializer, responses=s.PersonSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        body = s.PersonChangeSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        changed = actions.change_person(person(request), self.get_object(), body.validated_data)
        return Response(s.PersonSerializer(changed).data)

    @extend_schema(request=None, responses=s.PasswordSerializer)
    @action(detail=True, methods=["post"])
    def password(self, request: Request, pk: str) -> Response:
        """A new password, made up and shown once."""
        return Response({"password": actions.reset_password(person(request), self.get_object())})


class GroupsView(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Group]):
    """Groups: names for everyone, members and changes for administrators."""

    serializer_class = s.GroupSerializer
    ordering = "name"
    queryset = Group.objects.none()

    @property
    def scope(self) -> str:
        """Groups decide who reads what: changing them is administration."""
        return "read" if self.request.method in SAFE_METHODS else "admin"

    def get_permissions(self) -> list[Any]:
        return [SignedInWithScope() if self.action in ("list", "retrieve") else Administrator()]

    def get_queryset(self) -> QuerySet[Group]:
        return selectors.groups(person(self.request))

    @extend_schema(request=s.GroupWriteSerializer, responses={201: s.GroupSerializer})
    def create(self, request: Request) -> Response:
        body = s.GroupWriteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        group = actions.create_group(person(request), **body.validated_data)
        return Response(s.GroupSerializer(group).data, status=201)

    @extend_schema(request=s.GroupWriteSerializer, responses=s.GroupSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        body = s.GroupWriteSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        actions.change_group(person(request), self.get_object(), body.validated_data)
        return Response(s.GroupSerializer(self.get_object()).data)

    def destroy(self, request: Request, pk: str) -> Response:
        actions.delete_group(person(request), self.get_object())
        return Response(status=204)


class ApiKeysView(mixins.ListModelMixin, GenericViewSet[ApiKey]):
    """The caller's own keys."""

    scope = "admin"
    serializer_class = s.ApiKeySerializer
    queryset = ApiKey.objects.none()

    def get_queryset(self) -> QuerySet[ApiKey]:
        return selectors.api_keys(person(self.request))

    @extend_schema(request=s.NewApiKeySerializer, responses={201: s.ApiKeyOnceSerializer})
    def create(self, request: Request) -> Response:
        body = s.NewApiKeySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        data = body.validated_data
        using = request.auth if isinstance(request.auth, ApiKey) else None
        key, text = actions.create_api_key(
            person(request), person(request), data["name"], data.get("scopes", ()), using
        )
        return Response(s.ApiKeySerializer(key).data | {"key": text}, status=201)

    def destroy(self, request: Request, pk: str) -> Response:
        actions.revoke_api_key(person(request), self.get_object())
        return Response(status=204)
