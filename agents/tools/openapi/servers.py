"""Where a service is: what its document says, or what the administrator says instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from quarry import egress

from .document import Document, Unfit
from .nodes import entries, fields, text

_BLANK = re.compile(r"\{([^{}]*)\}")


def base(document: Document, base_url: str = "", url: str = "") -> str:
    """The address before the paths, without a slash at its end. `base_url` is the administrator's, `url` is where the
    document came from: an address without a host is on the same one."""
    stated = _stated(document.facts, document.swagger)
    relative = not urlsplit(stated).netloc
    if base_url and not (relative and urlsplit(base_url).path in ("", "/")):
        return _checked(base_url)
    if relative and not (base_url or url):
        raise Unfit("The document does not say where the service is; give its address as base_url.")
    return _checked(urljoin(base_url or url, stated or "/") if relative else stated)


def own(document: Document, item: Mapping[str, Any], operation: Mapping[str, Any], server: str) -> str:
    """The address of an operation, which can have one of its own; never on another host, where the tool's credentials
    are nobody's business."""
    node = next((each for each in (operation, item) if entries(each, "servers")), None)
    if node is None:
        return server
    found = _checked(urljoin(server + "/", _stated(node, False)))
    if egress.origin(found) == egress.origin(server):
        return found
    above = _stated(document.facts, document.swagger)
    if urlsplit(found).netloc == urlsplit(above).netloc:
        return server
    raise Unfit("It is served at another address; add it as a tool of its own with that address as base_url.")


def _stated(node: Mapping[str, Any], swagger: bool) -> str:
    if not swagger:
        first: Any = next(iter(entries(node, "servers")), {})
        url = _filled(text(first, "url").strip(), fields(first, "variables"))
        return _split(f"https:{url}" if url.startswith("//") else url)
    host = text(node, "host").strip().rpartition("://")[2].rstrip("/")
    schemes = [each for each in entries(node, "schemes") if each in ("https", "http")]
    scheme = "http" if schemes and "https" not in schemes else "https"
    path = "/" + text(node, "basePath").strip().strip("/")
    return _split(_filled(f"{scheme}://{host}{path}" if host else path, {}))


def _split(url: str) -> str:
    """The address, which can at least be taken apart: half an IPv6 address cannot."""
    try:
        urlsplit(url)
    except ValueError:
        raise Unfit(f"{url[:200]!r} is not an address that begins with http:// or https://.") from None
    return url


def _filled(url: str, variables: Mapping[str, Any]) -> str:
    def value(found: re.Match[str]) -> str:
        variable = variables.get(found[1])
        given = variable.get("default") if isinstance(variable, Mapping) else None
        given = given if given not in (None, "") else next(iter(entries(variable, "enum")), "")
        if not isinstance(given, str | int | float) or given == "":
            name = found[1][:60]
            raise Unfit(f"The address of the service has a blank “{name}” to be filled in; give it as base_url.")
        return str(given)

    return _BLANK.sub(value, url)


def _checked(url: str) -> str:
    parts = urlsplit(url.strip())
    made = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
    try:
        egress.origin(made)
    except egress.EgressError as error:
        raise Unfit(str(error)) from None
    if any(each in (".", "..") for each in parts.path.split("/")) or "\\" in url:
        raise Unfit(f"{url[:200]!r} is not an address that begins with http:// or https://.")
    return made
