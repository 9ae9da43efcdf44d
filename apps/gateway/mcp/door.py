"""Who may come in: an ASGI application beside Django's, which asks the same questions as Django would.

The official library speaks the protocol. It takes a second to import and brings its own event loop tasks, so both are
made when the first request comes.
"""

import asyncio
import importlib
import io
import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http.request import HttpRequest, split_domain_port, validate_host
from django.utils import translation
from quarry.api import Problem
from quarry.api.language import asked_for
from quarry.api.problem import problem_of
from quarry.api.streaming import in_thread
from quarry.web.body_limit import Receive, Scope, Send
from rest_framework.exceptions import NotAuthenticated, PermissionDenied

from apps.accounts.api.authentication import ApiKeyAuthentication
from apps.accounts.models import ApiKey
from apps.accounts.policies import SCOPE_REFUSED, key_allows
from apps.gateway.mcp.caller import SCOPES, Caller

INVALID_REQUEST = -32600  # JSON-RPC's
METHODS = ("GET", "POST", "DELETE")
logger = logging.getLogger(__name__)


class Door:
    """The application. One server for each event loop: a process has one, tests may have several."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: Any = None
        self._starting = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request = ASGIRequest(scope, io.BytesIO())
            caller = await _admitted(request)
        except Exception as error:
            await _refuse(error, scope, send)
            return
        server = await self._running()
        await server.handle(caller, dict(scope), receive, send)

    async def _running(self) -> Any:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._starting, self._server = loop, asyncio.Lock(), None
        async with self._starting:
            if self._server is None:
                made = await asyncio.to_thread(importlib.import_module, "apps.gateway.mcp.server")
                self._server = await made.start()
        return self._server


async def _admitted(request: HttpRequest) -> Caller:
    """The caller, or the exception that says why not."""
    if request.method not in METHODS:
        raise Problem(405, "Only GET, POST and DELETE are possible here.")
    _refuse_rebinding(request)
    key = await in_thread(lambda: _key(request), requests_own=False)
    if not any(key_allows(key, scope) for scope in SCOPES):
        raise PermissionDenied(SCOPE_REFUSED)
    return Caller(key.user, key, request)


def _refuse_rebinding(request: HttpRequest) -> None:
    """A page elsewhere whose name was pointed at us (DNS rebinding) is refused, and so is every other site's page."""
    host = request.META.get("HTTP_HOST", "")
    domain, _ = split_domain_port(host)
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        raise Problem(421, "This server does not answer under this name.", title="Misdirected request")
    origin = request.headers.get("Origin")
    if origin and _host(origin) != host.lower() and origin not in settings.CSRF_TRUSTED_ORIGINS:
        raise Problem(403, "Pages of other sites may not call this.")


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _key(request: HttpRequest) -> ApiKey:
    """Keys only, so that no page can use a browser's session here."""
    with translation.override(_language(request)):
        found = ApiKeyAuthentication().authenticate(request)
        if found is None:
            raise NotAuthenticated
    return found[1]


def _language(request: HttpRequest) -> str:
    return asked_for(request.headers.get("Accept-Language", ""))


async def _refuse(error: Exception, scope: Scope, send: Send) -> None:
    """As a JSON-RPC error with the problem in it: MCP clients show its message, others read the status."""
    headers: Mapping[bytes, bytes] = dict(scope["headers"])
    language = asked_for(headers.get(b"accept-language", b"").decode("latin-1"))
    with translation.override(language):
        problem = problem_of(error)
        told = problem.body()
    if problem.status >= 500:
        logger.error("%s: %s", scope["path"], error, exc_info=error)
    fault = {"code": INVALID_REQUEST, "message": told["detail"], "data": told}
    body = json.dumps({"jsonrpc": "2.0", "id": None, "error": fault}, ensure_ascii=False).encode()
    found = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Content-Language": language}
    found |= {"Vary": "Accept-Language", **problem.headers()}
    listed = [(name.lower().encode(), value.encode()) for name, value in found.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": listed})
    await send({"type": "http.response.body", "body": body})


door = Door()
