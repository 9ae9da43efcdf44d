"""How values are written into addresses, headers and forms: the styles of OpenAPI, each value encoded by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

Pairs = list[tuple[str, str]]
DELIMITERS = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C", "tabDelimited": "%09"}
RESERVED = "/:?@!$'()*,;"  # of a query, but for what divides it


def scalar(value: Any) -> str:
    """A value as text: JSON's truths and numbers, and JSON where it is no single value."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def query(place: Mapping[str, Any], value: Any) -> Pairs:
    """Names and values, encoded, as they stand in a query or a form of the same kind."""
    name, style, explode = str(place["name"]), place.get("style", "form"), place.get("explode", True)
    if style == "json":
        return [(_encoded(name), _encoded(json.dumps(value, ensure_ascii=False)))]
    safe = RESERVED if place.get("reserved") else ""
    if style == "deepObject" and isinstance(value, Mapping | list):
        return [(_encoded(key), _encoded(each, safe)) for key, each in _deep(name, value)]
    if isinstance(value, Mapping):
        parts = [(str(key), each) for key, each in value.items() if each is not None]
        if explode:
            return [(_encoded(key), _encoded(scalar(each), safe)) for key, each in parts]
        value = [part for pair in parts for part in pair]
    elif isinstance(value, list) and explode:
        return [(_encoded(name), _encoded(scalar(each), safe)) for each in value]
    if isinstance(value, list):
        delimiter = DELIMITERS.get(style, ",")
        return [(_encoded(name), delimiter.join(_encoded(scalar(each), safe) for each in value))] if value else []
    return [(_encoded(name), _encoded(scalar(value), safe))]


def plain(place: Mapping[str, Any], value: Any, encode: bool) -> str:
    """A value of a path or a header, in the style `simple`."""

    def text(each: Any) -> str:
        return _encoded(scalar(each)) if encode else scalar(each)

    if isinstance(value, Mapping):
        between = "=" if place.get("explode") else ","
        return ",".join(f"{text(str(key))}{between}{text(each)}" for key, each in value.items())
    return ",".join(text(each) for each in value) if isinstance(value, list) else text(value)


def path(place: Mapping[str, Any], value: Any) -> str:
    """A value of a path, encoded, in one of its three styles."""
    name, explode = _encoded(str(place["name"])), place.get("explode", False)
    match place.get("style"):
        case "label":
            joined = plain(place, value, encode=True)
            return "." + (joined.replace(",", ".") if explode else joined)
        case "matrix" if explode and isinstance(value, list):
            return "".join(f";{name}={_encoded(scalar(each))}" for each in value)
        case "matrix" if explode and isinstance(value, Mapping):
            return "".join(f";{_encoded(str(key))}={_encoded(scalar(each))}" for key, each in value.items())
        case "matrix":
            return f";{name}={plain(place, value, encode=True)}"
    return plain(place, value, encode=True)


def _deep(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """`filter[status][0]`, as PHP, Rails and their like read it."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _deep(f"{name}[{key}]", each)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _deep(f"{name}[{number if isinstance(each, Mapping | list) else ''}]", each)
    elif value is not None:
        yield name, scalar(value)


def _encoded(text: str, safe: str = "") -> str:
    return quote(text.encode("utf-8", "replace"), safe=safe)
