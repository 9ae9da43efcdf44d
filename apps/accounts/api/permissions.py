"""The API's own gate: signed in, and the key's scopes allow it. What the person may see is each app's policy."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission

from apps.accounts.models import ApiKey
from apps.accounts.policies import SCOPE_REFUSED, key_allows, may_administer


class SignedInWithScope(BasePermission):
    """A view names its scope in `scope`; without one, reading needs `read` and the rest `write`."""

    message = SCOPE_REFUSED

    def has_permission(self, request: Any, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        default = "read" if request.method in SAFE_METHODS else "write"
        scope = getattr(view, "scope", None) or default
        return not isinstance(request.auth, ApiKey) or key_allows(request.auth, scope)


class Administrator(SignedInWithScope):
    message = "Only administrators may do this."

    def has_permission(self, request: Any, view: Any) -> bool:
        return super().has_permission(request, view) and may_administer(request.user)
