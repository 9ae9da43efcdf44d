"""The OpenAPI document's entries for views that DRF does not know: health checks, event streams, allauth's sign-in."""

from typing import Any

JSON = "application/json"


def _text(content_type: str) -> dict[str, Any]:
    return {"description": "", "content": {content_type: {"schema": {"type": "string"}}}}


def _object(description: str, properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties}
    return {"description": description, "content": {JSON: {"schema": schema}}}


STRING = {"type": "string"}
PARTS = {
    "status": STRING,
    "parts": {
        "type": "array",
        "items": {"type": "object", "properties": {"name": STRING, "status": STRING, "detail": STRING}},
    },
}
CREDENTIALS = {"type": "object", "required": ["email", "password"], "properties": {"email": STRING, "password": STRING}}

# path -> method -> operation. Apps with plain views add theirs when Django starts.
PLAIN: dict[str, dict[str, Any]] = {
    "/healthz": {
        "get": {
            "operationId": "health",
            "summary": "The web process is alive",
            "responses": {"200": _object("Alive", {"status": STRING, "version": STRING})},
        }
    },
    "/readyz": {
        "get": {
            "operationId": "ready",
            "summary": "Database, Valkey, workers and models answer",
            "responses": {"200": _object("Ready", PARTS), "503": _object("Not ready; see the parts", PARTS)},
        }
    },
    "/metrics": {
        "get": {
            "operationId": "metrics",
            "summary": "Prometheus metrics",
            "responses": {"200": _text("text/plain")},
        }
    },
    "/_allauth/browser/v1/auth/login": {
        "post": {
            "operationId": "sign_in",
            "summary": "Sign in by browser session (django-allauth headless)",
            "requestBody": {"required": True, "content": {JSON: {"schema": CREDENTIALS}}},
            "responses": {
                "200": _object("Signed in", {"status": {"type": "integer"}}),
                "400": _object("Wrong address or password", {"errors": {"type": "array", "items": {}}}),
                "409": _object("Already signed in", {"status": {"type": "integer"}}),
            },
        }
    },
    "/_allauth/browser/v1/auth/session": {
        "delete": {
            "operationId": "sign_out",
            "summary": "Sign out",
            "responses": {"401": _object("Signed out", {"status": {"type": "integer"}})},
        }
    },
}


def add_plain_views(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular's post-processing hook."""
    for path, operations in PLAIN.items():
        tag = path.strip("/").split("/")[0].strip("_")
        for method, operation in operations.items():
            result["paths"].setdefault(path, {})[method] = {"tags": [tag], **operation}
    _add_problems(result)
    return result


def _add_problems(result: dict[str, Any]) -> None:
    """Every operation's errors have one shape."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"].setdefault("default", {"description": "An error (RFC 9457)", "content": content})


PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": STRING,
        "title": STRING,
        "status": {"type": "integer"},
        "detail": STRING,
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": STRING}},
    },
}
