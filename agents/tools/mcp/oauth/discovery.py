"""Where one signs in to a service, and as whom: found out as the protocol has it (RFC 9728, 8414, 7591)."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from mcp.client.auth.utils import (
    build_oauth_authorization_server_metadata_discovery_urls,
    build_protected_resource_metadata_discovery_urls,
    issuers_match,
)
from mcp.shared.auth import OAuthClientInformationFull, OAuthMetadata, ProtectedResourceMetadata
from mcp.shared.auth_utils import check_resource_allowed, resource_url_from_server_url
from pydantic import BaseModel, ValidationError
from quarry import egress
from quarry.api import Problem

from agents.tools import access
from agents.tools.models import Tool

SECONDS, LARGEST = 15.0, 1024 * 1024
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Found:
    """A service's way to sign in."""

    server: OAuthMetadata
    resource: str
    scope: str


def discover(tool: Tool) -> Found:
    """Asks the service, and then the server that it names."""
    url = tool.config["url"]
    named, challenged = _challenge(tool, url)
    about = _first(tool, ProtectedResourceMetadata, build_protected_resource_metadata_discovery_urls(named, url))
    resource = resource_url_from_server_url(url)
    if about is not None:
        if not check_resource_allowed(requested_resource=resource, configured_resource=str(about.resource)):
            raise Problem(400, "The service describes the sign-in of another service.", code="sign-in")
        resource = str(about.resource)
    issuer = str(about.authorization_servers[0]) if about else None
    server = _first(tool, OAuthMetadata, build_oauth_authorization_server_metadata_discovery_urls(issuer, url))
    if server is None:
        raise Problem(400, "The service does not say where one signs in.", code="sign-in")
    _refuse_another(server, issuer)
    wanted = tool.config.get("scope") or challenged or " ".join((about and about.scopes_supported) or [])
    return Found(server, resource, wanted)


def registered(tool: Tool, found: Found, redirect: str) -> OAuthClientInformationFull:
    """Who we are there: as the administrator has said, as last time, or newly registered."""
    if given := tool.config.get("client_id"):
        return OAuthClientInformationFull(client_id=given)
    if found.server.registration_endpoint is None:
        text = "The service registers nobody by itself: register Quarry there, and give its client_id."
        raise Problem(400, text, code="sign-in", errors={"client_id": [text]})
    wanted = {
        "client_name": "Quarry",
        "redirect_uris": [redirect],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "application_type": "web",
        **({"scope": found.scope} if found.scope else {}),
    }
    answer = request(tool, "POST", str(found.server.registration_endpoint), json=wanted)
    client = parsed(OAuthClientInformationFull, answer) if answer.status_code in (200, 201) else None
    if client is None or client.token_endpoint_auth_method not in (None, "none", *SECRETIVE):
        raise Problem(400, "The service did not register Quarry.", code="sign-in")
    return client


SECRETIVE = ("client_secret_post", "client_secret_basic")


def _challenge(tool: Tool, url: str) -> tuple[str | None, str]:
    """What the service says when it is asked without a token: where its description lies, and for which scope."""
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    accepts = {"Accept": "application/json, text/event-stream"}
    said = request(tool, "POST", url, json=ping, headers=accepts).headers.get("www-authenticate", "")
    fields = dict(_fields(said))
    return fields.get("resource_metadata"), fields.get("scope", "")


def _fields(header: str) -> list[tuple[str, str]]:
    """The parameters of a WWW-Authenticate header."""
    found = []
    for part in header.partition(" ")[2].split(","):
        name, _, value = part.strip().partition("=")
        found.append((name.lower(), value.strip().strip('"')))
    return found


def _first(tool: Tool, model: type[Model], urls: list[str]) -> Model | None:
    for url in urls:
        answer = request(tool, "GET", url, headers={"Accept": "application/json"})
        if answer.status_code == 200 and (found := parsed(model, answer)):
            return found
    return None


def parsed(model: type[Model], answer: httpx.Response) -> Model | None:
    try:
        return model.model_validate(answer.json())
    except (ValueError, ValidationError):
        return None


def _refuse_another(server: OAuthMetadata, issuer: str | None) -> None:
    """The description must be of the server that was asked for (RFC 8414, 3.3), and one that knows PKCE."""
    if issuer is not None and not issuers_match(str(server.issuer), issuer):
        raise Problem(400, "The sign-in server describes itself as another one.", code="sign-in")
    methods = server.code_challenge_methods_supported
    if methods is not None and "S256" not in methods:
        raise Problem(400, "The sign-in server does not know PKCE with S256.", code="sign-in")


def request(tool: Tool, method: str, url: str, **more: Any) -> httpx.Response:
    """A request to the service itself, or to a sign-in server that an administrator has allowed."""
    policy, deadline = allowed(tool, url), time.monotonic() + SECONDS

    def watch(phase: egress.Phase) -> None:
        if time.monotonic() > deadline:
            raise egress.EgressError("timeout", "The server did not answer in time.")

    try:
        with egress.client(policy, watch) as client, client.stream(method, url, **more) as answer:
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > LARGEST:
                    raise Problem(400, "The answer is larger than is read here.", code="sign-in")
            return httpx.Response(answer.status_code, headers=_plain(answer.headers), content=body)
    except egress.EgressError as error:
        raise Problem(400, str(error), code="sign-in") from None


def _plain(headers: Mapping[str, str]) -> dict[str, str]:
    """The body has been unpacked."""
    return {name: value for name, value in headers.items() if name not in ("content-encoding", "content-length")}


def allowed(tool: Tool, url: str) -> egress.Policy:
    """Another host than the service's own may be called only where an administrator has named it: a service could
    send us, and our client's secret, anywhere."""
    try:
        host, own = egress.origin(url), egress.origin(tool.config["url"])
    except egress.EgressError as error:
        raise Problem(400, str(error), code="sign-in") from None
    policy = access.policy(tool, url)
    if host != own and not policy.allow_private:
        text = f"One signs in to this service at {host}. Add that to the tool's egress if it is right."
        raise Problem(400, text, code="sign-in", errors={"egress.allow": [text]})
    if urlsplit(url).scheme != "https" and not policy.allow_private:
        raise Problem(400, "Outside of your own network only https:// is allowed.", code="sign-in")
    return policy


def dumped(value: BaseModel) -> dict[str, Any]:
    """The model as JSON."""
    return dict(json.loads(value.model_dump_json(exclude_none=True)))
