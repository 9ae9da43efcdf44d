"""How a tool reaches its service: which hosts it may call, and with which credentials.

`config["auth"]` is `{"type": "bearer" | "basic" | "header" | "query", "name": ...}`; the value is `Tool.secret`,
encrypted, and read only here.
"""

import base64
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from quarry import secrets
from quarry.egress import EgressError, Policy, origin

from agents.tools.models import Tool
from agents.tools.types import ToolError

AUTH = ("bearer", "basic", "header", "query")


@dataclass(frozen=True)
class Credentials:
    """What is added to each request; never printed."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)


def secret(tool: Tool) -> str:
    """The tool's secret in the clear. Raises ToolError where this installation's keys do not open it."""
    try:
        return secrets.decrypt(tool.secret)
    except secrets.Unreadable:
        raise ToolError("The key of this tool cannot be read any more; an administrator must give it again.") from None


def credentials(tool: Tool) -> Credentials:
    """The tool's credentials as HTTP takes them; of a basic one the value is `user:password`."""
    auth, value = tool.config.get("auth") or {}, secret(tool)
    if not value:
        return Credentials()
    match auth.get("type"):
        case "bearer":
            return Credentials(headers={"Authorization": f"Bearer {value}"})
        case "basic":
            return Credentials(headers={"Authorization": f"Basic {base64.b64encode(value.encode()).decode()}"})
        case "header":
            return Credentials(headers={str(auth["name"]): value})
        case "query":
            return Credentials(query={str(auth["name"]): value})
    return Credentials()


def policy(tool: Tool, url: str) -> Policy:
    """What a call of this address may reach: it, and in our own network only where the tool's `egress` names its
    `host:port`. Raises `quarry.egress.EgressError` for what is no address."""
    host = origin(url)
    return Policy(frozenset({host}), allow_private=host in own_network(tool))


def own_network(tool: Tool) -> set[str]:
    """The `host:port` that the tool may call although they are in our own network, spelt as `origin` spells them."""
    found = set()
    for each in tool.egress:
        with suppress(EgressError):
            found.add(origin(f"http://{each}"))
    return found
