"""Problems as OpenAI's clients read them: beneath `/v1/` a problem document has a member `error` as well.

Both are in one body, so that programs written for either find what they look for.
"""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

PREFIX = "/v1/"
TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    429: "rate_limit_error",
}
# Where OpenAI has a word of its own for it.
CODES = {"queue-full": "rate_limit_exceeded", "context-length": "context_length_exceeded"}


def error(problem: dict[str, Any]) -> dict[str, Any]:
    """The member `error` of a problem document."""
    status, code = problem["status"], problem["type"].rpartition(":")[2]
    code = CODES.get(code, code.replace("-", "_"))
    kind = TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    param = next(iter(problem.get("errors", ())), None)
    known = {401: "invalid_api_key"}.get(status, None if code == "blank" else code)
    return {"message": problem["detail"], "type": kind, "param": param, "code": known}


def with_error(path: str, problem: dict[str, Any]) -> dict[str, Any]:
    """The problem document that answers a request for `path`."""
    return problem | {"error": error(problem)} if path.startswith(PREFIX) else problem


class ErrorMember(MiddlewareMixin):
    """Adds the member to whatever problem leaves beneath the prefix, whoever made it."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        kind = response.headers.get("Content-Type", "")
        if kind != "application/problem+json" or response.streaming or not request.path.startswith(PREFIX):
            return response
        problem = json.loads(response.content)
        if "error" not in problem:
            response.content = json.dumps(with_error(request.path, problem)).encode()
            response.headers["Content-Length"] = str(len(response.content))
        return response
