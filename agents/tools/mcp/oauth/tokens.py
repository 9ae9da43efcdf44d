"""Tokens: fetched for a code, kept encrypted, renewed by one at a time."""

import base64
import json
import time
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.db import close_old_connections, transaction
from mcp.shared.auth import OAuthToken
from quarry import secrets
from quarry.api import Problem

from agents.tools import access
from agents.tools.mcp.faults import Fault, refused
from agents.tools.mcp.oauth import discovery
from agents.tools.models import Tool
from agents.tools.types import ToolError

EARLY = 30.0  # seconds before its end at which a token is renewed
LONGEST = 3600.0 * 24 * 365


def token(tool: uuid.UUID, wrong: str = "") -> str:
    """The tool's access token; a new one where it has run out, or is `wrong`: the one that was just refused. For
    threads that are nobody's."""
    close_old_connections()
    try:
        found = Tool.objects.get(pk=tool)
        held = _held(found)
        if _good(found, held, wrong):
            return str(held["access_token"])
        return _renewed(tool, wrong)
    except Tool.DoesNotExist:
        raise refused(401) from None  # not saved yet, or deleted
    finally:
        close_old_connections()


@transaction.atomic
def _renewed(key: uuid.UUID, wrong: str) -> str:
    """By whoever comes first: a refresh token is often good for one use only. The others find the new one."""
    tool = Tool.objects.select_for_update().get(pk=key)
    held = _held(tool)
    if _good(tool, held, wrong):
        return str(held["access_token"])
    if not held.get("refresh_token"):
        raise refused(401)
    oauth = tool.config["oauth"]
    fields = {"grant_type": "refresh_token", "refresh_token": held["refresh_token"], "resource": oauth["resource"]}
    try:
        new = asked(tool, oauth, held.get("client_secret", ""), fields)
    except Problem as problem:
        raise Fault(problem.detail, "sign-in") from None
    keep(tool, oauth, new, held)
    return new.access_token


def asked(tool: Tool, oauth: Mapping[str, Any], client_secret: str, fields: dict[str, str]) -> OAuthToken:
    """What the token endpoint gives for a code or a refresh token."""
    data, headers = {"client_id": str(oauth["client_id"]), **fields}, {"Accept": "application/json"}
    if client_secret and oauth.get("method") == "client_secret_basic":
        pair = f"{quote(str(oauth['client_id']), safe='')}:{quote(client_secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    elif client_secret:
        data["client_secret"] = client_secret
    answer = discovery.request(tool, "POST", str(oauth["token_endpoint"]), data=data, headers=headers)
    found = discovery.parsed(OAuthToken, answer) if answer.status_code == 200 else None
    if found is None:
        raise Problem(400, "The sign-in server gave no token: sign in again.", code="sign-in")
    return found


def keep(tool: Tool, oauth: Mapping[str, Any], new: OAuthToken, held: Mapping[str, str]) -> None:
    """Stores what is secret encrypted, and the rest where administrators may see it."""
    kept = {
        "access_token": new.access_token,
        "refresh_token": new.refresh_token or held.get("refresh_token", ""),
        "client_secret": held.get("client_secret", ""),
    }
    lasts = min(float(new.expires_in), LONGEST) if new.expires_in else None
    ends = time.time() + lasts if lasts else None
    tool.config = tool.config | {"oauth": {**oauth, "expires_at": ends, "scope": new.scope or oauth.get("scope", "")}}
    tool.secret = secrets.encrypt(json.dumps({name: value for name, value in kept.items() if value}))
    tool.save(update_fields=["config", "secret"])


def _held(tool: Tool) -> dict[str, str]:
    try:
        found = json.loads(access.secret(tool) or "{}")
    except (ValueError, ToolError):
        return {}
    return found if isinstance(found, dict) else {}


def _good(tool: Tool, held: Mapping[str, str], wrong: str) -> bool:
    if not held.get("access_token"):
        if not held.get("refresh_token"):
            raise refused(401)
        return False
    ends = (tool.config.get("oauth") or {}).get("expires_at")
    return held["access_token"] != wrong and (ends is None or time.time() < float(ends) - EARLY)
