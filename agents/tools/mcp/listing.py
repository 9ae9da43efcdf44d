"""What a server says of its tools: somebody else's words, which are bounded and made harmless before a model sees them,
and remembered by a digest, so that a server which says something else one day is noticed."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import mcp_types as types
from quarry.text import storable

from agents.tools import schemas
from agents.tools.kinds import Offer

MOST_TOOLS, LONGEST_DESCRIPTION, LONGEST_NOTE, LARGEST_SCHEMA, DEEPEST = 500, 1500, 300, 20_000, 20
# What models take for the beginning or the end of somebody's turn.
MARKS = re.compile(r"<\|[^<>|]{0,40}\|>|</?(?:tool_call|tool_response|tools|documents|system|think)>|\[/?INST\]", re.I)


@dataclass(frozen=True)
class Listed:
    """A tool as its server describes it."""

    name: str
    title: str
    description: str
    parameters: Mapping[str, Any]
    writes: bool
    digest: str


def listed(tool: types.Tool) -> Listed:
    """The tool with its words made harmless; the digest is of what the server really said."""
    notes = tool.annotations or types.ToolAnnotations()
    said = [tool.name, tool.title, tool.description, tool.input_schema, notes.model_dump(exclude_none=True)]
    return Listed(
        name=tool.name,
        title=plain(tool.title or notes.title or "", 200),
        description=plain(tool.description or "", LONGEST_DESCRIPTION),
        parameters=_parameters(tool.input_schema),
        # The server's own word: an administrator sees it and decides, see `Operation.writes` and approvals.
        writes=notes.read_only_hint is not True,
        digest=hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest(),
    )


def offers(slug: str, tools: Iterable[Listed]) -> list[Offer]:
    """The tools as operations. One whose arguments cannot be checked, or whose name cannot be kept, is left out: it
    could not be called."""
    found: dict[str, Offer] = {}
    for each in tools:
        name = each.name.replace("/", ".")[:200]
        if name and name == storable(name) and name not in found and not schemas.fault(each.parameters):
            found[name] = Offer(
                name=name,
                description=each.description,
                parameters=each.parameters,
                title=each.title,
                function=_function(slug, name),
                writes=each.writes,
                config={"tool": each.name, "digest": each.digest},
            )
    return list(found.values())


def _function(slug: str, name: str) -> str:
    """With the tool's own name before it, so that no server can pass for another; by itself where that is too long."""
    whole = f"{slug}_{name}".replace("-", "_")
    return whole if len(whole) <= 64 else ""


def plain(text: str, most: int) -> str:
    """The text on one line, without what cannot be seen and what a model could take for the end of a turn."""
    seen = "".join(each if unicodedata.category(each) not in ("Cf", "Co", "Cn", "Cs") else "" for each in text)
    line = " ".join(MARKS.sub(" ", seen).split())
    line = "".join(each for each in line if unicodedata.category(each) != "Cc")
    return line if len(line) <= most else line[: most - 1] + "…"


def _parameters(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with its words made harmless, and without them where it is very large."""
    made = storable(_harmless({"type": "object", **schema}, LONGEST_NOTE))
    if len(json.dumps(made, default=str)) > LARGEST_SCHEMA:
        made = _harmless(made, 0)
    return dict(made)


def _harmless(value: Any, most: int, depth: int = 0) -> Any:
    if depth > DEEPEST:
        return {}
    if isinstance(value, Mapping):
        kept = {key: each for key, each in value.items() if key not in ("$schema", "$comment", "examples", "$id")}
        return {str(key): _member(str(key), each, most, depth) for key, each in kept.items()}
    return [_harmless(each, most, depth + 1) for each in value] if isinstance(value, list) else value


def _member(key: str, value: Any, most: int, depth: int) -> Any:
    """A description of a schema is text; a property may be called so as well, and is a schema."""
    if key in ("description", "title") and isinstance(value, str):
        return plain(value, most) if most else ""
    return _harmless(value, most, depth + 1)
