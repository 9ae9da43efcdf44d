"""Steps as people see them: whole, and in a sentence for those who only want to know what goes on."""

import json
from typing import Any

from quarry.api.sentences import said

from agents.models import Step

LONGEST = 4000  # characters of a result's text; the run itself remembers all of it

DEEDS = ["searched", "planned", "asked", "did", "waits", "failed", "wrote"]


def step_facts(step: Step) -> dict[str, Any]:
    """A step as the API and the stream show it."""
    return {
        "id": str(step.id),
        "kind": step.kind,
        "name": step.name,
        "title": step.title,
        "status": step.status,
        "arguments": step.arguments,
        "result": step.result,
        "simple": simple(step),
        "started": step.started.isoformat(),
        "ended": step.ended.isoformat() if step.ended else None,
    }


def shown(text: str, data: Any = None) -> dict[str, Any]:
    """A result as it is stored for people, with a sign where it is not all."""
    much = len(json.dumps(data, default=str)) > LONGEST
    return {"text": text[:LONGEST], "data": None if much else data, "truncated": much or len(text) > LONGEST}


def simple(step: Step) -> dict[str, Any]:
    """What the step did as a word for programs, a name and a number: see `sentence`."""
    result = step.result or {}
    return {"kind": _deed(step, result), "name": step.memory.get("tool") or step.title, "count": _count(step, result)}


def _deed(step: Step, result: dict[str, Any]) -> str:
    match step.kind, step.status:
        case _, Step.Status.WAITING:
            return "waits"
        case Step.Kind.TOOL, Step.Status.FAILED:
            return "failed"
        case Step.Kind.TOOL, _:
            return "did" if step.memory.get("writes") else "asked"
        case Step.Kind.SEARCH, _:
            return "searched"
    return "planned" if result.get("tool_calls") else "wrote"


def _count(step: Step, result: dict[str, Any]) -> int | None:
    if step.kind == Step.Kind.SEARCH:
        return result.get("collections")
    found = result.get("tool_calls") if step.kind == Step.Kind.GENERATE else result.get("found")
    return len(found) if found else None


def sentence(facts: dict[str, Any]) -> str:
    """What `simple` says, for the reader."""
    name, count = facts.get("name") or "", facts.get("count")
    match facts.get("kind"):
        case "searched" if count is not None:
            return said(f"Collections searched: {count}.")
        case "searched":
            return said("Searched the documents.")
        case "planned":
            return said(f"Decided what to do next: {count}.")
        case "asked":
            return said(f"Asked: {name}.")
        case "did":
            return said(f"Done: {name}.")
        case "waits":
            return said(f"Waits for a person: {name}.")
        case "failed":
            return said(f"Did not work: {name}.")
    return said("Wrote.")
