"""Who is asking: a `Bearer qk_...` key, or the browser's session."""

from typing import Any

from django.http import HttpRequest
from quarry.api.problem import stale_page
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied
from rest_framework.request import Request

from apps.accounts import keys
from apps.accounts.models import ApiKey, User
from apps.accounts.policies import SCOPE_REFUSED, key_allows


class ApiKeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Any) -> tuple[User, ApiKey] | None:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = keys.find(text.strip())
        if key is None:
            raise AuthenticationFailed("The API key is not known, or was revoked.")
        return key.user, key

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="quarry"'


class BrowserSession(SessionAuthentication):
    """Django's session with its CSRF check, whose refusal says what to do."""

    def enforce_csrf(self, request: Any) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied:
            raise stale_page() from None


def person(request: Request) -> User:
    """The signed-in person of a DRF request; the permission classes have seen to it that there is one."""
    assert isinstance(request.user, User)  # noqa: S101  narrows the type; a view without a gate is a fault
    return request.user


def caller(request: HttpRequest, scope: str) -> User:
    """The person behind a plain Django request (async views have no DRF), if their key allows `scope`; else it raises
    what a DRF view would. No CSRF check is made, so use it for safe methods."""
    found = ApiKeyAuthentication().authenticate(request)
    if found is not None:
        if not key_allows(found[1], scope):
            raise PermissionDenied(SCOPE_REFUSED)
        return found[0]
    if isinstance(request.user, User) and request.user.is_active:
        return request.user
    raise NotAuthenticated
