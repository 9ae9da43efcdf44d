"""How a kind of tool plugs in: `kinds.add("openapi", Kind(...))`, from `agents/tools/apps.py`.

The administration API does the common part (name, groups, rates, secrets, approval, the rows and their audit events)
and asks the kind for the rest. For a kind the order of a creation is:

1. `settings = kind.check(fields)`: `fields` is what of the request belongs to the kind (`kind.fields`). Returns what is
   stored in `Tool.config`; raises `Problem(400, text, code="validation", errors={field: [text]})`. No network here.
   When a tool is changed it is called with the stored settings overlaid by what was named.
2. `kind.offers(tool)`: the operations, read from wherever they are described; may use the network (through
   `quarry.egress`, with `agents.tools.access.policy`). The tool is not saved yet, but complete: `config`, `egress`
   and `secret` are set. Raises Problem with a sentence for the administrator. Called without an open
   transaction; when a tool is changed or refreshed it is called again, and what an administrator decided about an
   operation (`enabled`, approval, title) is kept for operations of the same `name`; those that are new then are
   switched off until an administrator looks.
3. `kind.maker(operation) -> call(context, arguments) -> Result`: as `registry.provide` takes it.

`kind.addresses(config)` names where a secret goes; when that changes, the secret must be given again. `kind.hidden`
names what of the config the API does not show, because it is long; what is secret belongs into `Tool.secret`.
`kind.refuse_open(tool)` raises a Problem where its secret would travel unencrypted outside of our own network; it is
asked when only the secret or the egress is changed, which needs no new `offers`.
`kind.renewed` names what of the config the kind keeps up to date by itself, beside the secret, while calls are made.
`kind.forget(id)` takes away what the kind keeps of a tool beside its rows, once the tool is deleted.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.tools import registry
from agents.tools.models import Tool
from agents.tools.registry import Maker


@dataclass(frozen=True)
class Offer:
    """One operation as its source describes it. `parameters`: a JSON schema of type "object", references inside it
    only. `function`: what the model should call it by; left empty, it is made from the name. `writes`: it changes
    something there; such operations ask for approval where the administrator says nothing."""

    name: str  # without a slash; unique within its tool
    description: str
    parameters: Mapping[str, Any]
    title: str = ""
    function: str = ""
    writes: bool = True
    enabled: bool = True
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """A kind of tool: see above. `fields` are the names in the request's body that are its own."""

    fields: Sequence[str]
    check: Callable[[Mapping[str, Any]], dict[str, Any]]
    offers: Callable[[Tool], Sequence[Offer]]
    maker: Maker
    addresses: Callable[[Mapping[str, Any]], Sequence[str]] = lambda config: ()
    hidden: Sequence[str] = ()
    renewed: Sequence[str] = ()
    refuse_open: Callable[[Tool], None] = lambda tool: None
    forget: Callable[[uuid.UUID], None] = lambda tool: None


_kinds: dict[str, Kind] = {}


def add(name: str, kind: Kind) -> None:
    """Plugs a kind in. `name` is one of `Tool.Kind`."""
    _kinds[name] = kind
    registry.provide(name, kind.maker)


def get(name: str) -> Kind | None:
    return _kinds.get(name)


def names() -> list[str]:
    """The kinds that can be added."""
    return sorted(_kinds)
