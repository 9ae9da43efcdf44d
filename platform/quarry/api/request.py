"""The request that is being answered, for the audit log: actions do not pass it around."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

_current: ContextVar[HttpRequest | None] = ContextVar("quarry_request", default=None)


class CurrentRequest(MiddlewareMixin):
    def process_request(self, request: HttpRequest) -> None:
        _current.set(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        _current.set(None)
        return response


def current_request() -> HttpRequest | None:
    """None in workers and commands."""
    return _current.get()


@contextmanager
def answering(request: HttpRequest) -> Iterator[None]:
    """For a while this is the request that is answered, where Django's middleware has not said so."""
    before = _current.set(request)
    try:
        yield
    finally:
        _current.reset(before)


def client_address(request: HttpRequest) -> str | None:
    """The peer's address. Forwarded headers count only through the server's own proxy settings (uvicorn)."""
    return request.META.get("REMOTE_ADDR") or None
