"""The rows of a tool's operations: made from what its kind offers, and kept as administrators left them."""

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from quarry.api import Problem

from agents.tools import fields, schemas
from agents.tools.kinds import Offer
from agents.tools.models import Operation, Tool

MOST_OPERATIONS = 500
LONGEST_NAME, LONGEST_DESCRIPTION = 200, 4000


@dataclass(frozen=True)
class Wishes:
    """What an administrator says of a new tool's operations. `needs`: True, False, a list of names, or None for
    asking before those that write. `chosen`: names of those that are switched on, None for all."""

    needs: Any = None
    chosen: Any = None


def refuse(offers: Sequence[Offer]) -> None:
    """Raises a Problem where the offers cannot be rows."""
    names = [offer.name for offer in offers]
    if not offers:
        raise Problem(400, "No operation was found there.", code="no-operations")
    if len(offers) > MOST_OPERATIONS:
        raise Problem(400, f"There are more than {MOST_OPERATIONS} operations.", code="too-many-operations")
    for offer in offers:
        fault = schemas.fault(offer.parameters)
        if fault or "/" in offer.name or not 0 < len(offer.name) <= LONGEST_NAME or names.count(offer.name) > 1:
            text = fault or "Its name is empty, too long, taken twice, or holds a slash."
            raise Problem(400, f"The operation {offer.name[:100]!r} cannot be used. {text}", code="operation")


def create(tool: Tool, offers: Sequence[Offer], wishes: Wishes) -> None:
    """The rows of a tool that is new."""
    chosen = None if wishes.chosen is None else fields.named(wishes.chosen, offers, "operations")
    asking = asked_of(wishes.needs, offers)
    for offer in offers:
        enabled = offer.enabled if chosen is None else offer.name in chosen
        add(tool, offer, enabled, offer.name in asking)


def asked_of(needs: Any, offers: Sequence[Offer]) -> set[str]:
    """The names of the operations that ask for approval."""
    if needs is None:
        return {offer.name for offer in offers if offer.writes}
    if isinstance(needs, bool):
        return {offer.name for offer in offers} if needs else set()
    return fields.named(needs, offers, "needs_approval")


def renew(tool: Tool, offers: Sequence[Offer], expected: bool) -> dict[str, list[str]]:
    """Brings the rows up to what is offered now. What is new is switched off until an administrator looks, and so is
    what became another thing, unless that is `expected` because one changed the tool: a service must not grow hands
    over night."""
    before = {each.name: each for each in tool.operations.select_for_update()}
    added = [offer for offer in offers if offer.name not in before]
    for offer in added:
        add(tool, offer, enabled=False, asks=offer.writes)
    changed = [offer.name for offer in offers if offer.name in before and _renew(before[offer.name], offer, expected)]
    removed = sorted(before.keys() - {offer.name for offer in offers})
    tool.operations.filter(name__in=removed).delete()
    return {"added": [offer.name for offer in added], "changed": changed, "removed": removed}


def add(tool: Tool, offer: Offer, enabled: bool, asks: bool) -> None:
    """One more row."""
    Operation.objects.create(
        tool=tool,
        name=offer.name,
        function=_free(tool, offer),
        enabled=enabled,
        writes=offer.writes,
        needs_approval=Operation.Needs.ALWAYS if asks else Operation.Needs.NEVER,
        **_described(offer),
    )


def _renew(row: Operation, offer: Offer, expected: bool) -> bool:
    described = _described(offer)
    described.pop("title")
    if all(getattr(row, name) == value for name, value in described.items()):
        Operation.objects.filter(pk=row.pk).update(parameters=described["parameters"])  # perhaps in another order
        return False
    for name, value in described.items():
        setattr(row, name, value)
    if offer.writes and not row.writes:
        row.writes, row.needs_approval = True, Operation.Needs.ALWAYS
    row.enabled = row.enabled and expected
    row.save()
    return True


def _described(offer: Offer) -> dict[str, Any]:
    return {
        "title": offer.title[:LONGEST_NAME],
        "description": offer.description[:LONGEST_DESCRIPTION],
        "parameters": dict(offer.parameters),
        "config": dict(offer.config),
    }


def _free(tool: Tool, offer: Offer) -> str:
    """A name that the model can call it by, and that nothing else has."""
    plain = sanitised(offer.function or offer.name) or "operation"
    for candidate in (plain, f"{sanitised(tool.slug)}_{plain}"):
        if len(candidate) <= 64 and not Operation.objects.filter(function=candidate).exists():
            return candidate
    digest = hashlib.sha256(f"{tool.pk}/{offer.name}".encode()).hexdigest()[:8]
    return f"{plain[:55]}_{digest}"


def sanitised(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-")


def offers_of(rows: Collection[Operation]) -> list[Offer]:
    """The offers that stored rows stand for, as far as approval is concerned."""
    return [Offer(each.name, "", {}, writes=each.writes) for each in rows]
