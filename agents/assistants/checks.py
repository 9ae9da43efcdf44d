"""Whether what somebody typed can be an assistant, in sentences for the form. Sizes and types are the serializer's."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from quarry import runtime
from quarry.api import Problem, slugs

from agents.assistants.models import Assistant
from agents.loop.limits import CEILINGS, COUNTED
from agents.tools import registry
from apps.accounts.models import User
from apps.endpoints.models import EMBEDDED
from apps.endpoints.selectors import names
from apps.knowledge.policies import readable_collections

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?", re.ASCII)
RESERVED = "quarry"  # what answers where nobody says who
LIMITS = {name: (1, getattr(CEILINGS, name)) for name in COUNTED}
MOST_COST = 1_000_000


def invalid(field: str, sentence: str) -> Problem:
    """The problem that names the field."""
    return Problem(400, sentence, code="validation", errors={field: [sentence]})


def refuse_slug(slug: str) -> None:
    """A name that cannot be typed after @, or that is or was somebody else's."""
    if not SLUG.fullmatch(slug):
        raise invalid("slug", "The name may have small letters, digits and dashes between them, 60 at most.")
    if slug == RESERVED:
        raise invalid("slug", "This name is Quarry's own. Choose another one.")
    slugs.refuse_reserved(slug)
    if Assistant.objects.filter(slug=slug).exists():
        text = "There is or was an assistant with this name. Choose another one."
        raise Problem(409, text, code="conflict", errors={"slug": [text]})


def refuse_unknown(person: User, content: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """What the person adds must exist, and be theirs to use; what was there before may stay."""
    _known_models(_added("model_order", content, before))
    _readable(person, _added("collections", content, before))
    _callable(person, _added("tools", content, before))
    for name, value in (content.get("limits") or {}).items():
        _within(name, value)


def _added(field: str, content: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    kept = set(before.get(field) or ())
    return [each for each in content.get(field) or () if each not in kept]


def _known_models(wanted: Sequence[str]) -> None:
    if not wanted:
        return
    known = {EMBEDDED, *names(), *(each["id"] for each in runtime.models() if each["kind"] == "chat")}
    if missing := [each for each in wanted if each not in known]:
        raise invalid("models", f"There is no model {missing[0]!r} here.")


def _readable(person: User, wanted: Sequence[str]) -> None:
    if len(readable_collections(person).filter(pk__in=wanted)) != len(set(wanted)):
        raise invalid("collections", "There is no such collection, or you may not read it.")


def _callable(person: User, wanted: Sequence[str]) -> None:
    if not wanted:
        return
    known = {name for each in registry.usable(person) for name in (each.tool.slug, f"{each.tool.slug}/{each.name}")}
    if missing := [each for each in wanted if each not in known]:
        raise invalid("tools", f"There is no tool {missing[0]!r}, or you may not use it.")


def _within(name: str, value: float) -> None:
    if name == "cost":
        if not 0 < value <= MOST_COST:
            raise invalid("limits.cost", f"cost must be a number above 0, up to {MOST_COST}.")
        return
    if name not in LIMITS:
        known = ", ".join([*LIMITS, "cost"])
        raise invalid(f"limits.{name}", f"There is no limit {name!r}; there are {known}.")
    low, high = LIMITS[name]
    if not isinstance(value, int) or not low <= value <= high:
        raise invalid(f"limits.{name}", f"{name} must be a whole number from {low} to {high}.")
