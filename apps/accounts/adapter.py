"""What allauth may do here: people are made by administrators, never by signing up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """No hash can be made of half a surrogate pair, which JSON can carry: such a password is a wrong one."""
        readable = {name: str(value).encode("utf-8", "replace").decode() for name, value in credentials.items()}
        return super().authenticate(request, **readable)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing is mailed: an administrator hands out passwords."""
