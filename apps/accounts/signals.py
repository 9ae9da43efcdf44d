"""Sign-in, sign-out and failed sign-in go into the audit log."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from apps.accounts.models import User
from apps.audit import record


@receiver(user_logged_in)
def signed_in(request: HttpRequest | None, user: User, **_: Any) -> None:
    record(user, "session.sign_in", user, {}, request=request)


@receiver(user_logged_out)
def signed_out(request: HttpRequest | None, user: User | None, **_: Any) -> None:
    if user is not None:
        record(user, "session.sign_out", user, {}, request=request)


@receiver(user_login_failed)
def failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """The address as it was typed; never the password."""
    typed = str(credentials.get("email") or credentials.get("username") or "")[:254]
    record(None, "session.sign_in_failed", typed or None, {"email": typed}, request=request)
