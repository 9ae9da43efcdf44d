"""HTTP services as a kind of tool: `agents.tools.kinds` says what is asked of it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from quarry import egress

from agents.tools import access
from agents.tools.fields import invalid
from agents.tools.kinds import Kind, Offer
from agents.tools.models import Tool
from ingestion.parse.encoding import decode
from ingestion.parse.types import ParseError

from . import operations, sending, servers
from .calling import maker
from .document import LONGEST, Document, Unfit, UnfitPaths
from .request import ACCEPT, Prepared
from .words import TITLE, short

FETCH_SECONDS = 30.0
MOST_LEFT_OUT = 200
MOST_PATHS, LONGEST_PATH = 100, 300


def kind() -> Kind:
    """The kind, for `kinds.add`. The document itself is too long to be shown with the tool."""
    return Kind(
        fields=("document", "url", "base_url", "paths"),
        check=check,
        offers=offers,
        maker=maker,
        addresses=addresses,
        hidden=("document",),
        refuse_open=refuse_open,
    )


def check(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored: the document or where it is fetched, the service's address, and which paths are wanted."""
    given = {name: fields[name] for name in ("document", "url", "base_url", "paths") if fields.get(name)}
    if ("document" in given) == ("url" in given):
        raise invalid("document", "Give either the OpenAPI document or the address where it can be fetched.")
    for name in {"url", "base_url"} & given.keys():
        given[name] = _address(name, given[name])
    if not _beginnings(given.get("paths", [])):
        raise invalid("paths", "Give a list of how the paths begin, for instance /users.")
    if "document" not in given:
        return given
    try:
        document = Document(_pasted(given["document"]))
        server = servers.base(document, given.get("base_url", ""))
    except Unfit as why:
        raise invalid("document", str(why)) from None
    return {**given, "document": dict(document.facts), "server": server}


def addresses(config: Mapping[str, Any]) -> Sequence[str]:
    """Where the tool's secret goes: what is typed decides, the document only where nothing is."""
    return [str(config.get("base_url") or config.get("url") or config.get("server") or "")]


def offers(tool: Tool) -> Sequence[Offer]:
    """The operations of the tool's document; what cannot be called is named in `config["left_out"]`."""
    try:
        return _offers(tool)
    except UnfitPaths as why:
        raise invalid("paths", str(why)) from None
    except Unfit as why:
        raise invalid("url" if "url" in tool.config else "document", str(why)) from None


def _offers(tool: Tool) -> Sequence[Offer]:
    config = tool.config
    document = _fetched(tool, config["url"]) if "url" in config else Document(config["document"])
    server = servers.base(document, config.get("base_url", ""), config.get("url", ""))
    refuse_open(tool, server)
    _refuse_moved(tool, server)
    keys = operations.keys(document) | _key(config.get("auth") or {})
    found = operations.offered(document, server, keys, config.get("paths", ()))
    if not found.offers:
        why = next(iter(found.left_out.values()), "It names none.")
        raise Unfit(f"The document offers no operation that can be called. {why}")
    left_out = dict(list(found.left_out.items())[:MOST_LEFT_OUT])
    title = short(document.info.get("title"), TITLE)
    tool.config = {**config, "server": server, "title": title, "left_out": left_out}
    return found.offers


def _fetched(tool: Tool, url: str) -> Document:
    """The document from its address, without the tool's credentials."""
    request = Prepared("GET", url, {"Accept": ACCEPT.encode(), "User-Agent": b"Quarry"})
    watch = sending.Watch(time.monotonic() + FETCH_SECONDS, lambda: False)
    try:
        answer = sending.send(request, access.policy(tool, url), watch, LONGEST)
        if answer.status != 200:
            raise Unfit(f"The document cannot be fetched: its address answered {answer.status}.")
        return Document(decode(answer.body, answer.charset)[0])
    except egress.EgressError as error:
        raise Unfit(f"The document cannot be fetched. {error}") from None
    except sending.TooLong:
        raise Unfit(f"The document is longer than {LONGEST // 2**20} million characters.") from None
    except ParseError:
        raise Unfit("The document is no text.") from None


def refuse_open(tool: Tool, server: str = "") -> None:
    """A key does not travel in the open, but for the company's own network."""
    server = server or str(tool.config.get("server") or "")
    if tool.secret and server.startswith("http://") and egress.origin(server) not in access.own_network(tool):
        raise invalid("base_url", "Outside of your own network only https:// is allowed.")


def _refuse_moved(tool: Tool, server: str) -> None:
    """A document that is fetched again must not send the stored key to another host than before."""
    before = Tool.objects.filter(pk=tool.pk).values_list("config", flat=True).first() or {}
    same = before.get("url") == tool.config.get("url") and "base_url" not in tool.config
    if tool.secret and same and before.get("server") and egress.origin(before["server"]) != egress.origin(server):
        text = (
            "The document now names another server. If that is right, give its address as base_url and the key again."
        )
        raise invalid("base_url", text)


def _key(auth: Mapping[str, Any]) -> frozenset[str]:
    """Where the tool's own key goes, as `operations.keys` says it."""
    return frozenset({f"{auth['type']}:{str(auth['name']).lower()}"} if auth.get("name") else ())


def _pasted(document: Any) -> str | Mapping[str, Any]:
    if not isinstance(document, str | Mapping):
        raise Unfit("This is not an OpenAPI document: it is no object with fields.")
    if isinstance(document, str) and document.lstrip().startswith(("http://", "https://")):
        raise Unfit("This is an address: give it as “url”.")
    return document


def _beginnings(paths: Any) -> bool:
    return isinstance(paths, list) and len(paths) <= MOST_PATHS and all(map(_beginning, paths))


def _beginning(path: Any) -> bool:
    return isinstance(path, str) and path.startswith("/") and path.isprintable() and len(path) <= LONGEST_PATH


def _address(name: str, given: Any) -> str:
    try:
        egress.origin(str(given))
    except egress.EgressError as error:
        raise invalid(name, str(error)) from None
    return str(given)
