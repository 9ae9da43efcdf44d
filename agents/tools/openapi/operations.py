"""What a document offers, as operations that a model can call, and what of it cannot be one, with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.tools.kinds import Offer
from agents.tools.rows import MOST_OPERATIONS

from . import arguments, names, servers, size
from .arguments import Arguments, Spot
from .document import METHODS, Document, Path, Unfit, UnfitPaths
from .nodes import fields, text
from .schema import OPTIONAL, TooMuch
from .values import Schema
from .words import DESCRIPTION, TITLE, short

READING = ("get", "head", "options")
DEPTHS = (6, 4, 3, 2, 1)
LONGEST_REQUIRED, WIDEST_REQUIRED = 20_000, 350


@dataclass
class Offered:
    """`left_out`: what cannot be called, and why, by `METHOD /path`."""

    offers: list[Offer] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)


def offered(
    document: Document, server: str, keys: frozenset[str] = frozenset(), beginnings: Sequence[str] = ()
) -> Offered:
    """All that the document offers at `server`; where there are `beginnings`, only at paths that begin so."""
    made = Offered()
    taken: tuple[set[str], set[str]] = set(), set()
    for path in _chosen(document, beginnings):
        if path.why:
            made.left_out[path.path[:200]] = path.why
        for method, operation in _methods(path):
            if len(made.offers) == MOST_OPERATIONS:
                raise UnfitPaths(
                    f"There are more than {MOST_OPERATIONS} operations. Name those that are needed in “paths”, by how "
                    "their paths begin."
                )
            try:
                spot = Spot(document, method, path.path, path.item, document.resolved(operation), keys)
                made.offers.append(_offer(spot, server, taken))
            except Unfit as why:
                made.left_out[f"{method.upper()} {path.path}"[:200]] = str(why)
    return made


def _chosen(document: Document, beginnings: Sequence[str]) -> list[Path]:
    every = list(document.paths())
    for each in beginnings:
        if not any(path.path.startswith(each) for path in every):
            raise UnfitPaths(f"No path of the document begins with {each}.")
    return [path for path in every if path.path.startswith(tuple(beginnings) or "")]


def _methods(path: Path) -> Iterator[tuple[str, Any]]:
    yield from ((method, path.item[method]) for method in METHODS if isinstance(path.item.get(method), Mapping))


def _offer(spot: Spot, server: str, taken: tuple[set[str], set[str]]) -> Offer:
    server = servers.own(spot.document, spot.item, spot.operation, server)
    if any(each in (".", "..") for each in spot.path.split("/")):
        raise Unfit("Its path leads upwards.")
    made, schema = _fitted(spot)
    name = names.operation(spot.method, spot.path, text(spot.operation, "operationId"), taken[0])
    function = names.function(name, spot.method, spot.path, taken[1])
    taken[0].add(name)
    taken[1].add(function)
    return Offer(
        name=name,
        description=_description(spot),
        parameters=schema,
        title=short(spot.operation.get("summary"), TITLE) or name,
        function=function,
        writes=spot.method not in READING,
        config=_config(spot, made, server),
    )


def _config(spot: Spot, made: Arguments, server: str) -> dict[str, Any]:
    return {
        "server": server,
        "method": spot.method.upper(),
        "path": spot.path,
        "media": made.media,
        "places": {name: made.places[name] for name in made.properties},
        "fixed": made.fixed,
    }


def _description(spot: Spot) -> str:
    summary, more = spot.operation.get("summary"), spot.operation.get("description") or spot.item.get("description")
    first, second = short(summary, TITLE), short(more, DESCRIPTION)
    if second.startswith(first.rstrip(".。…")):
        first = ""
    said = short(" ".join(_ended(each) for each in (first, second) if each), DESCRIPTION)
    old = "Deprecated. " if spot.operation.get("deprecated") is True else ""
    return old + (said or short(f"{spot.method.upper()} {spot.path}", DESCRIPTION))


def _ended(text: str) -> str:
    return f"{text}." if text[-1].isalnum() and text[-1].isascii() else text


def _fitted(spot: Spot) -> tuple[Arguments, Schema]:
    """The arguments, written out as deep as a model can read and a grammar can hold."""
    made = None
    for depth in DEPTHS:
        try:
            made = arguments.of(spot, depth)
        except TooMuch:
            continue
        if size.fits(made.schema()):
            break
    if made is None:
        raise Unfit("Its arguments are more than can be written out.")
    _shorten(made)
    if size.length(made.schema()) > LONGEST_REQUIRED or size.ways(made.schema()) > WIDEST_REQUIRED:
        raise Unfit("It needs more arguments than a model can be given.")
    return made, made.schema()


def _shorten(made: Arguments) -> None:
    """Leaves out arguments that may be missing: headers first, then the last ones, as documents begin with what
    matters."""
    optional = [name for name in made.properties if name not in made.required]
    optional.reverse()
    order = sorted(optional, key=lambda name: made.places[name]["in"] not in ("header", "cookie"))
    for number, name in enumerate(order):
        if len(order) - number <= OPTIONAL and size.fits(made.schema()):
            return
        del made.properties[name]


def keys(document: Document) -> frozenset[str]:
    """Where the document says that credentials go."""
    schemes = fields(document.facts, "securityDefinitions") or fields(
        fields(document.facts, "components"), "securitySchemes"
    )
    found = [each for each in schemes.values() if isinstance(each, Mapping) and each.get("type") == "apiKey"]
    return frozenset(f"{each.get('in')}:{str(each.get('name')).lower()}" for each in found)
