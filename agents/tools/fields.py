"""Whether what an administrator typed can be a tool at all, in sentences for the form."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from quarry.api import Problem

from agents.tools import access, kinds
from agents.tools.kinds import Kind, Offer
from agents.tools.models import Tool

# What every kind has; the rest of a request belongs to its kind.
COMMON = frozenset(
    {
        *("slug", "name", "description", "kind", "enabled", "restricted", "groups", "calls_per_minute", "timeout"),
        *("auth", "needs_approval", "egress", "operations"),
    }
)
HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s/:@?#\[\]]+):([0-9]{1,5})")
MOST_HOSTS = 50
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# Set by us, or by which a request could be made another one.
NOT_OURS = {"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect"}


def invalid(field: str, text: str) -> Problem:
    """The problem of one field."""
    return Problem(400, text, code="validation", errors={field: [text]})


def kind_of(name: str) -> Kind:
    """The kind of this name, if tools of it can be added."""
    found = kinds.get(name)
    if found is None or name == Tool.Kind.BUILTIN:
        raise invalid("kind", "Tools of this kind cannot be added.")
    return found


def own(kind: Kind, body: Mapping[str, Any]) -> dict[str, Any]:
    """What of a request's body belongs to the kind. A name that nobody knows is refused: it may be a misspelt limit."""
    known = set(kind.fields)
    for name in body:
        if name not in known | COMMON:
            raise invalid(str(name), "There is no such field for this kind of tool.")
    return {name: value for name, value in body.items() if name in known}


def auth(given: Mapping[str, Any]) -> dict[str, str]:
    """The public half of how a tool signs in."""
    kind, name = given.get("type"), given.get("name", "")
    if kind == "none":
        return {}
    if kind not in access.AUTH:
        raise invalid("auth.type", "The type is none, bearer, basic, header or query.")
    if kind == "header" and (not HEADER.fullmatch(name) or name.lower() in NOT_OURS):
        raise invalid("auth.name", "Give the name of the header.")
    if kind == "query" and not name:
        raise invalid("auth.name", "Give the name of the parameter.")
    if any(character in given.get("value", "") for character in "\r\n\x00"):
        raise invalid("auth.value", "A secret is one line of text.")
    return {"type": kind, **({"name": name} if name else {})}


def egress(given: Any) -> list[str]:
    """The `host:port` that may be called although they are in our own network."""
    hosts = given.get("allow") if isinstance(given, Mapping) else given
    if not isinstance(hosts, list) or len(hosts) > MOST_HOSTS:
        raise invalid("egress.allow", "Give a list of host:port, for instance erp.example.com:443.")
    for each in hosts:
        match = HOST.fullmatch(each) if isinstance(each, str) else None
        if match is None or not 0 < int(match[2]) < 65536:
            raise invalid("egress.allow", "Give a list of host:port, for instance erp.example.com:443.")
    return list(dict.fromkeys(each.lower() for each in hosts))


def named(given: Any, offers: Sequence[Offer], field: str) -> set[str]:
    """Operations that a request names, all of which must be there."""
    if not isinstance(given, list) or not {str(each) for each in given} <= {offer.name for offer in offers}:
        raise invalid(field, "The list names an operation that this tool does not have.")
    return {str(each) for each in given}
