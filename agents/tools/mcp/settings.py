"""Whether what an administrator typed can be a server, and what of it is secret.

A program: `command`, `arguments`, `environment`, `memory_mb`, `sandbox`, `network`. A service: `url`, and
`sign_in: "oauth"` where it asks for that. A value of the environment may refer to the tool's secret: `$secret`, or
`$secret.NAME` where the secret is a JSON object.
"""

import hashlib
import json
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from quarry import egress
from quarry.api import Problem
from quarry.text import storable

from agents.tools import access
from agents.tools.mcp import sandbox
from agents.tools.models import Tool
from agents.tools.types import ToolError

OF_PROGRAM = ("command", "arguments", "environment", "memory_mb", "sandbox", "network")
OF_SERVICE = ("url", "sign_in", "client_id", "scope")
FIELDS = ("transport", *OF_PROGRAM, *OF_SERVICE)
MOST_ARGUMENTS, LONGEST_VALUE, MEMORY = 100, 4000, 1024
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
# By these a program would load code of somebody else's.
NOT_OURS = {"LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT"}
SECRET = re.compile(r"\$secret(?:\.([A-Za-z0-9_]+))?")
WRONG = {
    "transport": "A server is reached by stdio or by http.",
    "off": "Servers that are programs are switched off in this installation (QUARRY_MCP_PROGRAMS).",
    "command": "Give a program that this machine has, by its name or its whole path.",
    "arguments": "Give a list of at most 100 texts.",
    "environment": "Give names with their values, which are texts.",
    "memory_mb": "Give a number from 64 to 16384.",
    "switch": "This is true or false.",
    "network": "Only a sandbox can keep a program off the network, and there is none for it here.",
    "url": "This is not an address that begins with http:// or https://.",
    "open": "Outside of your own network only https:// is allowed.",
    "sign_in": "This is oauth, or left out.",
    "text": "This is a short text.",
    "other": "A server of this transport has no such field.",
}


def check(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of the form, or a Problem that names each field with what is wrong."""
    if fields.get("transport") not in ("stdio", "http"):
        raise _invalid([("transport", "transport")])
    program = fields["transport"] == "stdio"
    faults = list(_program_faults(fields) if program else _service_faults(fields))
    faults += [(name, "other") for name in (OF_SERVICE if program else OF_PROGRAM) if fields.get(name)]
    if faults:
        raise _invalid(faults)
    known = ("transport", *(OF_PROGRAM if program else OF_SERVICE))
    kept = {name: fields[name] for name in known if fields.get(name) or fields.get(name) is False}
    return kept | _signed_in(fields)


def _invalid(faults: list[tuple[str, str]]) -> Problem:
    errors = {name: [WRONG[why]] for name, why in faults}
    return Problem(400, "Some fields are missing or wrong.", code="validation", errors=errors)


def _program_faults(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not settings.QUARRY_MCP_PROGRAMS:
        yield "transport", "off"
    command, memory = fields.get("command"), fields.get("memory_mb", MEMORY)
    if not isinstance(command, str) or not shutil.which(command):
        yield "command", "command"
    arguments = fields.get("arguments") or []
    if not isinstance(arguments, list) or len(arguments) > MOST_ARGUMENTS or not all(map(_text, arguments)):
        yield "arguments", "arguments"
    environment = fields.get("environment") or {}
    if not isinstance(environment, dict) or not all(_variable(*each) for each in environment.items()):
        yield "environment", "environment"
    if isinstance(memory, bool) or not isinstance(memory, int) or not 64 <= memory <= 16384:
        yield "memory_mb", "memory_mb"
    yield from _box_faults(fields.get("sandbox", True), fields.get("network", True))


def _box_faults(boxed: Any, network: Any) -> Iterator[tuple[str, str]]:
    yield from (
        (name, "switch") for name, value in (("sandbox", boxed), ("network", network)) if not isinstance(value, bool)
    )
    if network is False and not (boxed is True and sandbox.works()):
        yield "network", "network"


def _service_faults(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    try:
        egress.origin(str(fields.get("url") or ""))
    except egress.EgressError:
        yield "url", "url"
    if fields.get("sign_in") not in (None, "", "oauth"):
        yield "sign_in", "sign_in"
    for name in ("client_id", "scope"):
        if fields.get(name) and not _text(fields[name]):
            yield name, "text"


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_VALUE and value == storable(value)


def _variable(name: Any, value: Any) -> bool:
    return isinstance(name, str) and bool(NAME.fullmatch(name)) and name not in NOT_OURS and _text(value)


def _signed_in(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What the tool knows of its sign-in stays, as long as the address does."""
    known = fields.get("oauth") or {}
    same = known and known.get("url") == fields.get("url") and fields.get("sign_in") == "oauth"
    return {"oauth": known} if same else {}


def refuse_open(tool: Tool) -> None:
    """Plain http would carry key and questions in the open; in the own network that is the company's choice."""
    url = str(tool.config.get("url") or "")
    if urlsplit(url).scheme == "http" and not access.policy(tool, url).allow_private:
        raise _invalid([("url", "open")])


def environment(tool: Tool) -> dict[str, str]:
    """The program's variables with the secrets in their places."""
    given: dict[str, str] = tool.config.get("environment") or {}
    secret = access.secret(tool) if any(SECRET.search(value) for value in given.values()) else ""
    return {name: SECRET.sub(lambda found: _part(secret, found[1]), value) for name, value in given.items()}


def _part(secret: str, name: str | None) -> str:
    if not name:
        return secret
    try:
        return str(json.loads(secret)[name])
    except (ValueError, TypeError, KeyError):
        raise ToolError("A secret of this tool is missing; an administrator must give it.") from None


def folder(tool: uuid.UUID) -> Path:
    """Where a tool's program lives and writes."""
    return Path(settings.QUARRY_HOME) / "mcp" / str(tool)


def forget(tool: uuid.UUID) -> None:
    """What the program wrote goes with its tool."""
    shutil.rmtree(folder(tool), ignore_errors=True)


def addresses(config: Mapping[str, Any]) -> list[str]:
    """Where a secret goes: when that changes it must be given again."""
    return [json.dumps([config.get(name) for name in ("url", "command", "arguments", "environment")])]


def fingerprint(tool: Tool) -> str:
    """Changes when a connection that is open is no longer the one that the administrator wants. Tokens come and go."""
    settled = {name: value for name, value in tool.config.items() if name != "oauth"}
    secret = "" if tool.config.get("sign_in") == "oauth" else tool.secret
    return hashlib.sha256(json.dumps([settled, secret, tool.egress], sort_keys=True).encode()).hexdigest()
