"""From arguments to the request: each value in its place, and nothing else moved by it.

The arguments are a model's, so anybody's. A value stays within its segment of the path, within its field, within its
header; the host, the credentials and the headers that belong to the connection are nobody's to say.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from agents.tools.access import Credentials
from agents.tools.types import ToolError

from . import styles
from .arguments import OURS, TEMPLATE, blank
from .body import form_of

LONGEST_URL, LONGEST_BODY = 8000, 2_000_000
ACCEPT = "application/json, text/*;q=0.9, */*;q=0.1"
Given = list[tuple[Mapping[str, Any], Any]]
Part = tuple[str, tuple[str | None, str, str | None]]
_DIVIDES = re.compile(r"[/\\]|%(?:2f|5c|2e|00|25)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LITERAL = "/%:@!$&'()*+,;=~?"


@dataclass(frozen=True)
class Prepared:
    """A request as httpx takes it. `files` are the parts of a multipart body: name, then file name or None, text and
    type."""

    method: str
    url: str
    headers: Mapping[str, bytes]
    content: bytes | None = None
    files: Sequence[Part] = ()


def prepared(config: Mapping[str, Any], arguments: Mapping[str, Any], credentials: Credentials) -> Prepared:
    """The request of an operation; credentials last, so that no argument takes their place."""
    given = list(_given(config, arguments))
    content, files, kind = _body(str(config.get("media", "")), given)
    if content is None and not files and _bare(config):
        content, kind = b"{}", str(config["media"])
    headers = {"Accept": ACCEPT, "Accept-Encoding": "identity", "User-Agent": "Quarry", **_headers(given)}
    if kind:
        headers["Content-Type"] = kind
    headers = _with(headers, credentials, _cookies(given))
    encoded = {name: value.encode() for name, value in headers.items()}
    return Prepared(str(config["method"]), _url(config, given, credentials), encoded, content, files)


def _given(config: Mapping[str, Any], arguments: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """Each place with its value: what was said, else what holds where nothing is said."""
    for place in config.get("fixed", ()):
        yield place, place["default"]
    for name, place in config["places"].items():
        value = arguments.get(name, place.get("default"))
        if value is not None or (name in arguments and place["in"] == "body"):
            yield place, value


def _url(config: Mapping[str, Any], given: Given, credentials: Credentials) -> str:
    template, _, fixed = str(config["path"]).partition("#")[0].partition("?")
    path = _filled(template if template.startswith("/") else f"/{template}", given)
    if any(unquote(each) in (".", "..") for each in path.split("/")):
        raise ToolError("The call was not made: a value of its path may not be “.” or “..”.")
    pairs = [pair for place, value in given if place["in"] == "query" for pair in styles.query(place, value)]
    parts = [*_filled(fixed, given).split("&"), *(f"{name}={value}" for name, value in pairs)]
    keys = {name.lower() for name in credentials.query}
    parts = [each for each in parts if each and unquote(each.partition("=")[0]).lower() not in keys]
    if sum(map(len, parts)) + len(path) > LONGEST_URL:
        raise ToolError("The call was not made: its arguments are too long for an address. Shorten them.")
    parts += [f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in credentials.query.items()]
    return f"{config['server']}{path}{'?' if parts else ''}{'&'.join(parts)}"


def _filled(template: str, given: Given) -> str:
    places = {str(place["name"]): (place, value) for place, value in given if place["in"] == "path"}
    made, last = "", 0
    for found in TEMPLATE.finditer(template):
        name = blank(found[1])
        if name not in places:
            raise ToolError(f"The call was not made: the argument “{name}” is missing.")
        made += quote(template[last : found.start()], safe=_LITERAL) + _segment(*places[name])
        last = found.end()
    return made + quote(template[last:], safe=_LITERAL)


def _segment(place: Mapping[str, Any], value: Any) -> str:
    """A value within its segment: servers differ in what they make of an encoded slash, so there is none."""
    name = place["name"]
    spread = place.get("style") == "segments"
    parts = styles.scalar(value).split("/") if spread else [value]
    for part in parts:
        text = unicodedata.normalize("NFKC", styles.plain(place, part, encode=False))
        if not text.strip() or text.strip() in (".", ".."):
            raise ToolError(f"The call was not made: “{name}” is part of an address and may not be empty, “.” or “..”.")
        if _DIVIDES.search(text) or _CONTROL.search(text):
            raise ToolError(
                f"The call was not made: “{name}” is part of an address and may hold no slash or control character."
            )
    return "/".join(styles.path(place, part) for part in parts)


def _headers(given: Given) -> dict[str, str]:
    """The headers that arguments may set."""
    found = {}
    for place, value in given:
        if place["in"] != "header" or _plain_name(place["name"]) in OURS:
            continue
        text = styles.plain(place, value, encode=False).strip()
        if _CONTROL.search(text):
            name = place["name"]
            raise ToolError(f"The call was not made: “{name}” is a header and may hold no line break.")
        found[str(place["name"])] = text
    return found


def _cookies(given: Given) -> dict[str, str]:
    pairs = [pair for place, value in given if place["in"] == "cookie" for pair in styles.query(place, value)]
    return dict(pairs)


def _with(headers: dict[str, str], credentials: Credentials, cookies: dict[str, str]) -> dict[str, str]:
    """The headers with the credentials instead of whatever has their names; cookies stand side by side."""
    ours = {_plain_name(name) for name in credentials.headers}
    made = {name: value for name, value in headers.items() if _plain_name(name) not in ours}
    made |= credentials.headers
    key = next((name for name in made if name.lower() == "cookie"), "Cookie")
    kept = {each.partition("=")[0].strip() for each in made.get(key, "").split(";")}
    parts = [f"{name}={value}" for name, value in cookies.items() if name not in kept]
    if parts:
        made[key] = "; ".join([*parts, *([made[key]] if key in made else [])])
    return made


def _bare(config: Mapping[str, Any]) -> bool:
    """Whether an object without fields is sent where no field is given: a service that reads JSON wants some."""
    fields = [place for place in config["places"].values() if place["in"] == "body"]
    whole = any(place.get("style") == "whole" for place in fields)
    json_read = form_of(str(config.get("media", ""))) == "json" and "*" not in config["media"]
    return bool(fields) and not whole and json_read and config["method"] in ("POST", "PUT", "PATCH")


def _plain_name(name: str) -> str:
    """Servers that hand headers on as variables know no difference between `X-Key` and `x_key`."""
    return str(name).lower().replace("_", "-")


def _body(media: str, given: Given) -> tuple[bytes | None, list[Part], str]:
    """Content, parts, and the type where it is not httpx's to say."""
    fields = [(place, value) for place, value in given if place["in"] == "body"]
    if not fields or not media:
        return None, [], ""
    if form_of(media) == "multipart":
        return None, [part for each in _opened(fields) for part in _parts(*each)], ""
    content = _content(form_of(media), fields).encode("utf-8", "replace")
    if len(content) > LONGEST_BODY:
        raise ToolError("The call was not made: its arguments are too long. Shorten them.")
    return content, [], media if "*" not in media else "application/json"


def _content(form: str, fields: Given) -> str:
    place, value = fields[0]
    if form == "json":
        whole = place.get("style") == "whole"
        return json.dumps(value if whole else {str(each["name"]): inner for each, inner in fields}, ensure_ascii=False)
    if form == "form":
        return "&".join(f"{name}={text}" for each in _opened(fields) for name, text in _form(*each))
    return styles.scalar(value)


def _opened(fields: Given) -> Given:
    """The fields of a form whose document does not name them, but takes any."""
    place, value = fields[0]
    if place.get("style") != "fields":
        return fields
    return [({"name": name}, each) for name, each in value.items()] if isinstance(value, Mapping) else []


def _form(place: Mapping[str, Any], value: Any) -> styles.Pairs:
    """A field of a form; an object for which no style is given goes as JSON, as the standard has it."""
    if "style" not in place and isinstance(value, Mapping):
        return styles.query({"name": place["name"], "style": "json"}, value)
    return styles.query(place, "" if value is None else value)


def _parts(place: Mapping[str, Any], value: Any) -> Iterator[Part]:
    name = str(place["name"])
    if place.get("style") == "file":
        yield name, (f"{re.sub(r'[^A-Za-z0-9_-]', '_', name)}.txt", styles.scalar(value), "text/plain; charset=utf-8")
        return
    for each in value if isinstance(value, list) else [value]:
        yield name, (None, styles.scalar(each), "application/json" if isinstance(each, Mapping) else None)
