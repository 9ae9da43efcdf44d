"""An administrator's sign-in to a service: begun here, made in their browser, ended by their return."""

import json
import re
import secrets as random
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.core.cache import cache
from django.db import transaction
from mcp.client.auth import OAuthFlowError
from mcp.client.auth.oauth2 import PKCEParameters
from mcp.client.auth.utils import validate_authorization_response_iss
from mcp.shared.auth import OAuthMetadata
from quarry import secrets
from quarry.api import Problem
from quarry.api.problem import not_found

from agents.tools import kinds, rows
from agents.tools.mcp.kind import SIGN_IN
from agents.tools.mcp.oauth import discovery, tokens
from agents.tools.models import Tool
from apps.accounts.models import User
from apps.accounts.policies import require_administrator
from apps.audit import record

MINUTES = 10  # until a sign-in that was begun is forgotten, and what came of one
KEY, OUTCOME = "mcp-sign-in:{}", "mcp-signed-in:{}:{}"
STATE = re.compile(r"[A-Za-z0-9_-]{43}")  # as `_random` makes one; what a browser brings back may be anything
SIGNED_IN = "You are signed in, and the service's operations are listed."


def begin(actor: User, tool: Tool, redirect: str) -> str:
    """The address at which the administrator signs in. What is needed at the end waits in the cache, encrypted."""
    require_administrator(actor)
    if tool.kind != Tool.Kind.MCP or tool.config.get("sign_in") != "oauth":
        raise Problem(409, "This tool has no sign-in.")
    found = discovery.discover(tool)
    discovery.allowed(tool, str(found.server.token_endpoint))
    discovery.allowed(tool, str(found.server.authorization_endpoint))
    client, proof, state = discovery.registered(tool, found, redirect), PKCEParameters.generate(), _random()
    waiting = {
        "tool": str(tool.pk),
        "actor": str(actor.pk),
        "verifier": proof.code_verifier,
        "redirect": redirect,
        "server": discovery.dumped(found.server),
        "client_secret": client.client_secret or "",
        "oauth": {
            "url": tool.config["url"],
            "issuer": str(found.server.issuer),
            "token_endpoint": str(found.server.token_endpoint),
            "client_id": client.client_id,
            "method": client.token_endpoint_auth_method or "none",
            "resource": found.resource,
            "scope": found.scope,
        },
    }
    cache.set(KEY.format(state), secrets.encrypt(json.dumps(waiting)), MINUTES * 60)
    record(actor, "tool.sign_in_begin", tool, {"issuer": str(found.server.issuer), "scope": found.scope})
    return _address(found, client.client_id, proof.code_challenge, state, redirect)


def _random() -> str:
    return random.token_urlsafe(32)


def _address(found: discovery.Found, client: str, challenge: str, state: str, redirect: str) -> str:
    fields = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": redirect,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "resource": found.resource,
        **({"scope": found.scope} if found.scope else {}),
    }
    base = str(found.server.authorization_endpoint)
    return f"{base}{'&' if urlsplit(base).query else '?'}{urlencode(fields)}"


def finish(actor: User, tool: Tool, answer: dict[str, str]) -> None:
    """The administrator is back: the code is exchanged for tokens, and the server's tools are listed. What came of it
    is kept for the page that they see next."""
    require_administrator(actor)
    try:
        _exchange(actor, tool, answer)
        came = {"ok": True, "detail": SIGNED_IN}
    except Problem as problem:
        came = {"ok": False, "detail": problem.detail}
    cache.set(OUTCOME.format(tool.pk, actor.pk), came, MINUTES * 60)


def outcome(actor: User, tool: Tool) -> dict[str, Any]:
    """What came of the administrator's last sign-in: `ok`, and `detail`, a sentence."""
    require_administrator(actor)
    found: dict[str, Any] | None = cache.get(OUTCOME.format(tool.pk, actor.pk))
    if found is None:
        raise not_found()
    return found


def _exchange(actor: User, tool: Tool, answer: dict[str, str]) -> None:
    waiting = _taken(answer.get("state", ""))
    if waiting is None or waiting["tool"] != str(tool.pk) or waiting["actor"] != str(actor.pk):
        raise _unknown()
    if answer.get("error") or not answer.get("code"):
        raise Problem(400, "The service refused the sign-in.", code="sign-in")
    _refuse_other_server(waiting, answer)
    fields = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "redirect_uri": waiting["redirect"],
        "code_verifier": waiting["verifier"],
        "resource": waiting["oauth"]["resource"],
    }
    new = tokens.asked(tool, waiting["oauth"], waiting["client_secret"], fields)
    with transaction.atomic():
        tool = Tool.objects.select_for_update().get(pk=tool.pk)
        if tool.config.get("url") != waiting["oauth"]["url"] or tool.config.get("sign_in") != "oauth":
            raise _unknown()  # it has moved meanwhile: these tokens are for where it was
        tokens.keep(tool, waiting["oauth"], new, {"client_secret": waiting["client_secret"]})
        facts = {name: waiting["oauth"][name] for name in ("issuer", "client_id", "scope")}
        record(actor, "tool.sign_in", tool, facts)
    _list(actor, tool)


def _unknown() -> Problem:
    return Problem(400, "This sign-in was not begun here, or too long ago. Begin it again.", code="sign-in")


def _taken(state: str) -> dict[str, Any] | None:
    """What was begun, once: whoever comes second finds nothing."""
    key = KEY.format(state)
    stored = cache.get(key) if STATE.fullmatch(state) else None
    if stored is None or not cache.delete(key):
        return None
    found: dict[str, Any] = json.loads(secrets.decrypt(stored))
    return found


def _refuse_other_server(waiting: dict[str, Any], answer: dict[str, str]) -> None:
    """The answer must come from the server that was asked (RFC 9207)."""
    try:
        validate_authorization_response_iss(answer.get("iss"), OAuthMetadata.model_validate(waiting["server"]))
    except OAuthFlowError:
        raise Problem(400, "The answer comes from another sign-in server.", code="sign-in") from None


def _list(actor: User, tool: Tool) -> None:
    """The server's tools in the place of what stood for them. Those of a tool that had some already are treated as
    whenever they are listed again: what is new or changed is switched off."""
    kind = kinds.get(tool.kind)
    assert kind is not None  # noqa: S101  its own kind
    offers = kind.offers(tool)
    if SIGN_IN in offers:
        raise Problem(400, "The service does not accept the sign-in and asks for it again.", code="sign-in")
    rows.refuse(offers)
    with transaction.atomic():
        first = tool.operations.filter(name=SIGN_IN.name, config={}).exists() and tool.operations.count() == 1
        changes = rows.renew(tool, offers, expected=False)
        if first:
            tool.operations.filter(name__in=changes["added"]).update(enabled=True)
        record(actor, "tool.refresh", tool, {"operations": changes})
