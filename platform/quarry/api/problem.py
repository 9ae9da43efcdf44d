"""Errors in one shape: RFC 9457 `application/problem+json`, from DRF views, plain views and middleware alike."""

import json
import logging
import sys
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from psycopg_pool import PoolTimeout
from redis.exceptions import ConnectionError as ValkeyConnectionError
from redis.exceptions import TimeoutError as ValkeyTimeoutError
from rest_framework import exceptions
from rest_framework.response import Response

from quarry.api.sentences import said
from quarry.text import storable

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"
OUTAGES = (OperationalError, InterfaceError, PoolTimeout, ValkeyConnectionError, ValkeyTimeoutError)
# Checked before, and true a moment later: a name was taken, or what is referred to was deleted.
RACES = {"23503", "23505"}
TITLES = {
    400: "The request is not valid",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "The request cannot be processed",
    429: "Too many requests",
    500: "Something went wrong on our side",
    503: "Not available right now",
}


class Problem(Exception):
    """An error that the caller should see. `code` ends its type URI; `errors` maps fields to lists of sentences."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        title: str | None = None,
        code: str | None = None,
        errors: dict[str, list[str]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.code = status, detail, code
        self.title = title or TITLES.get(status, "Error")
        self.errors, self.retry_after = errors, retry_after

    def body(self) -> dict[str, Any]:
        """The problem document, in the language of the request that is being answered. What it repeats of a request
        may be nothing that can be written."""
        body: dict[str, Any] = {
            "type": f"urn:quarry:problem:{self.code}" if self.code else "about:blank",
            "title": said(self.title),
            "status": self.status,
            "detail": said(self.detail),
        }
        errors = {field: [said(sentence) for sentence in found] for field, found in (self.errors or {}).items()}
        return dict(storable(body | ({"errors": errors} if errors else {})))

    def headers(self) -> dict[str, str]:
        found = {"Retry-After": str(self.retry_after)} if self.retry_after else {}
        return found | ({"WWW-Authenticate": 'Bearer realm="quarry"'} if self.status == 401 else {})


def handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler. What it does not know is a fault of ours: logged with its traceback, told without."""
    problem = problem_of(error)
    if problem.status >= 500:
        logger.error("%s: %s", context["request"].path, error, exc_info=error)
    response = Response(problem.body(), problem.status, headers=problem.headers())
    response.content_type = CONTENT_TYPE
    response.exception = True
    _roll_back()
    return response


def problem_of(error: BaseException | None) -> Problem:
    """The problem that stands for an exception."""
    if isinstance(error, OUTAGES):
        return outage()
    match error:
        case Problem():
            return error
        case IntegrityError() if getattr(error.__cause__, "sqlstate", "") in RACES:
            return Problem(409, "Somebody changed the same thing at the same moment. Look again.", code="conflict")
        case exceptions.ValidationError():
            return _invalid(error.detail)
        case DjangoValidationError():
            return _invalid(error.message_dict if hasattr(error, "error_dict") else error.messages)
        case Http404():
            return not_found()
        case RequestDataTooBig():
            return Problem(413, "The request is too large.")
        case SuspiciousOperation():  # Django's name for forms with thousands of fields and the like
            return Problem(400, "The request could not be read.")
        case PermissionDenied():
            return Problem(403, "You may not do this.")
        case exceptions.Throttled():
            return Problem(429, str(error.detail), retry_after=int(getattr(error, "wait", None) or 1))
        case exceptions.APIException():
            return Problem(error.status_code, str(error.detail)) if error.status_code != 404 else not_found()
    return Problem(500, "The error was logged. If it stays, an administrator finds it in the log of the web process.")


def outage() -> Problem:
    return Problem(503, "The database or the queue is restarting. Try again in a moment.", code="outage", retry_after=2)


def not_found() -> Problem:
    """One body for what does not exist and what the person may not know of."""
    return Problem(404, "There is nothing here, or you may not see it.")


def stale_page() -> Problem:
    return Problem(403, "The page is out of date: reload it and try again.", code="csrf")


def respond(problem: Problem) -> JsonResponse:
    """The problem as a plain Django response, for views and middleware outside DRF."""
    return JsonResponse(problem.body(), status=problem.status, headers=problem.headers(), content_type=CONTENT_TYPE)


def _invalid(detail: Any) -> Problem:
    errors = _flatten(json.loads(json.dumps(detail, default=str)))
    first = next(iter(errors.items()), ("", ["The request is not valid."]))
    text = first[1][0] if first[0] in ("", "non_field_errors") else f"{first[0]}: {first[1][0]}"
    return Problem(400, text, code="validation", errors=errors)


def _flatten(detail: Any, path: str = "") -> dict[str, list[str]]:
    if isinstance(detail, dict):
        flat: dict[str, list[str]] = {}
        for key, value in detail.items():
            flat |= _flatten(value, f"{path}.{key}" if path else str(key))
        return flat
    values = detail if isinstance(detail, list) else [detail]
    nested = [_flatten(value, f"{path}.{n}") for n, value in enumerate(values) if isinstance(value, dict)]
    plain = [str(value) for value in values if not isinstance(value, dict)]
    return ({path or "non_field_errors": plain} if plain else {}) | {k: v for part in nested for k, v in part.items()}


def _roll_back() -> None:
    from rest_framework.views import set_rollback

    set_rollback()


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return respond(Problem(400, "The request could not be read."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return respond(Problem(403, "You may not do this."))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return respond(not_found())


def server_error(request: HttpRequest) -> HttpResponse:
    return respond(problem_of(sys.exc_info()[1]))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return respond(stale_page())
