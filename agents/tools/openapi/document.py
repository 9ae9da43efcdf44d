"""An OpenAPI document: read from JSON or YAML, and asked for what its references lead to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from . import yaml

LONGEST = 12 * 2**20  # characters; the largest public documents have about ten million
FOLLOWED = 30  # references one after another
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")


class Unfit(Exception):
    """A document or an operation that cannot be used; the sentence is for the administrator who added it."""


class UnfitPaths(Unfit):
    """The same of the choice of its paths."""


@dataclass(frozen=True)
class Path:
    """A path of the document with its methods. `why`: it cannot be used for this reason."""

    path: str
    item: Mapping[str, Any]
    why: str = ""


class Document:
    """`facts` is the whole document, `swagger` says that it is of the version 2.0."""

    def __init__(self, source: str | Mapping[str, Any]) -> None:
        self.facts = _parsed(source)
        self.swagger = _version(self.facts).startswith("2")
        info = self.facts.get("info")
        self.info: Mapping[str, Any] = info if isinstance(info, Mapping) else {}

    def paths(self) -> Iterator[Path]:
        """In the document's order."""
        paths = self.facts.get("paths")
        for path, item in paths.items() if isinstance(paths, Mapping) else ():
            if path.startswith("x-"):
                continue
            try:
                yield Path(path, self.resolved(item))
            except Unfit as why:
                yield Path(path, {}, str(why))

    def resolved(self, node: Any) -> Mapping[str, Any]:
        """What a node says, with references followed; its own words beside a reference count more."""
        followed = 0
        while isinstance(node, Mapping) and isinstance(reference := node.get("$ref"), str):
            if (followed := followed + 1) > FOLLOWED:
                raise Unfit(f"Its reference {reference[:100]} leads in a circle.")
            target = self.target(reference)
            beside = {key: each for key, each in node.items() if key != "$ref"}
            node = {**target, **beside} if beside and isinstance(target, Mapping) else target
        return node if isinstance(node, Mapping) else {}

    def target(self, reference: str) -> Any:
        """What a reference within the document points to."""
        if not reference.startswith("#"):
            reference = self._old_form(reference)
        node: Any = self.facts
        for step in reference[1:].split("/")[1:]:
            node = _stepped(node, step)
            if node is None:
                raise Unfit(f"It refers to {reference[:100]}, which the document does not hold.")
        return node

    def _old_form(self, reference: str) -> str:
        """Documents that were made from version 1 name a model without its place."""
        definitions = self.facts.get("definitions")
        if isinstance(definitions, Mapping) and reference in definitions:
            return "#/definitions/" + reference.replace("~", "~0").replace("/", "~1")
        raise Unfit(f"It refers to another document ({reference[:100]}); give the document in one piece.")


def _stepped(node: Any, step: str) -> Any:
    for name in (unquote(step).replace("~1", "/").replace("~0", "~"), step.replace("~1", "/").replace("~0", "~")):
        if isinstance(node, Mapping) and name in node:
            return node[name]
        if isinstance(node, list) and name.isdecimal() and int(name) < len(node):
            return node[int(name)]
    return None


def _parsed(source: str | Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        facts = _loaded(source) if isinstance(source, str) else yaml.plain(dict(source))
    except yaml.NotYaml as error:
        raise Unfit(f"The document is neither JSON nor YAML: {error}.") from None
    if not isinstance(facts, Mapping):
        raise Unfit("This is not an OpenAPI document: it is no object with fields.")
    return facts


def _loaded(source: str) -> Any:
    if len(source) > LONGEST:
        raise Unfit(f"The document is longer than {LONGEST // 2**20} million characters.")
    source = source.lstrip("\ufeff \t\r\n")
    if source.startswith("{"):
        try:
            return yaml.plain(json.loads(source))
        except RecursionError:
            raise yaml.NotYaml("it is nested too deeply") from None
        except ValueError:
            pass  # flow style of YAML begins like this too
    return yaml.load(source)


def _version(facts: Mapping[str, Any]) -> str:
    version = str(facts.get("openapi") or facts.get("swagger") or "")
    if version.startswith("3.") or version in ("2.0", "2", "3"):
        return version
    if version or "swaggerVersion" in facts:
        raise Unfit("The document is of a version that is not read: 2.0, 3.0 and 3.1 are.")
    raise Unfit("This is not an OpenAPI document: it has no field “openapi” or “swagger”.")
