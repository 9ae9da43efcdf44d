"""What a built-in tool says of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.tools.kinds import Offer
from agents.tools.registry import Call


@dataclass(frozen=True)
class Task:
    """One operation and who carries it out. `asks`: a person must agree, until an administrator decides otherwise."""

    offer: Offer
    call: Call
    asks: bool = False


@dataclass(frozen=True)
class BuiltIn:
    """A tool of our own; `slug` is the one by which assistants name it."""

    slug: str
    name: str
    description: str
    tasks: Sequence[Task]


def parameters(required: Sequence[str] = (), **properties: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON schema for a function's arguments."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, **more}


def whole(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "integer", "description": description, **more}
