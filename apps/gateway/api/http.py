"""What the views share: who calls, what was sent, and problems instead of faults."""

import logging
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from quarry.api import Problem
from quarry.api.problem import problem_of, respond
from quarry.api.streaming import in_thread
from rest_framework.exceptions import NotAuthenticated, PermissionDenied

from apps.accounts.api.authentication import ApiKeyAuthentication
from apps.accounts.models import User
from apps.accounts.policies import SCOPE_REFUSED, key_allows
from apps.gateway.fields import Fields, read

View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]
SCOPE = "chat"
logger = logging.getLogger(__name__)


def endpoint(method: str) -> Callable[[View], View]:
    """A view of one method. Keys only, so that no other site's page can use a browser's session here."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        async def guarded(request: HttpRequest, **path: str) -> HttpResponseBase:
            try:
                if request.method != method:
                    raise Problem(405, f"Only {method} is possible here.")
                return await view(request, **path)
            except Exception as error:
                return refusal(request, error)

        return guarded

    return decorate


def refusal(request: HttpRequest, error: Exception) -> HttpResponseBase:
    """The answer to a request that failed."""
    problem = problem_of(error)
    if problem.status >= 500:
        logger.error("%s: %s", request.path, error, exc_info=error)
    return respond(problem)


async def sent(request: HttpRequest) -> tuple[User, Fields]:
    """Whose key it is, and the body."""
    person = await in_thread(lambda: keyholder(request))
    return person, read(request.body)


def keyholder(request: HttpRequest) -> User:
    found = ApiKeyAuthentication().authenticate(request)
    if found is None:  # also where a header of another kind stands beside a session
        raise NotAuthenticated
    if not key_allows(found[1], SCOPE):
        raise PermissionDenied(SCOPE_REFUSED)
    return found[0]
