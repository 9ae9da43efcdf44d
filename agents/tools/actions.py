"""Every change to tools: permission, change and audit event in one transaction."""

import time
import uuid
from collections.abc import Collection, Mapping
from copy import copy
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from quarry import secrets
from quarry.api import Problem, slugs
from quarry.api.problem import not_found

from agents.models import Run
from agents.tools import calling, fields, kinds, registry, rows, rules
from agents.tools.models import Operation, Tool
from agents.tools.types import Context, Result
from apps.accounts.models import Group, User
from apps.accounts.policies import require_administrator
from apps.audit import record

TOLD = ("slug", "name", "description", "kind", "egress", "enabled", "restricted", "calls_per_minute", "timeout")
PLAIN = ("name", "description", "enabled", "restricted", "calls_per_minute", "timeout")
SETTABLE = ("enabled", "needs_approval", "rule", "four_eyes", "title", "writes")
TEST_SECONDS = 60.0


def create(actor: User, body: Mapping[str, Any]) -> Tool:
    """A new tool with the operations that its source describes; `body` is the request's, its common fields checked."""
    require_administrator(actor)
    kind = fields.kind_of(body["kind"])
    tool = Tool(kind=body["kind"], slug=_slug(body), created_by=actor)
    tool.config = kind.check(fields.own(kind, body))
    _fill(tool, body)
    offers = kind.offers(tool)  # may take a while: no transaction is open
    rows.refuse(offers)
    with transaction.atomic():
        tool.save()
        _set_groups(tool, body)
        rows.create(tool, offers, rows.Wishes(body.get("needs_approval"), body.get("operations")))
        record(actor, "tool.create", tool, _facts(tool) | {"operations": len(offers), "secret": bool(tool.secret)})
    return tool


def change(actor: User, tool: Tool, body: Mapping[str, Any]) -> Tool:
    """Changes what is named. A secret that is not named stays; when the address changes it must be given again, lest
    somebody sends it to an address of his own."""
    require_administrator(actor)
    kind = kinds.get(tool.kind)
    settings = fields.own(kind, body) if kind else {}
    before, stored, read = _facts(tool), tool.config, copy(tool)
    if settings and kind:
        tool.config = kind.check({**_without_auth(stored), **settings}) | _auth_of(stored)
        _guard_secret(kind, tool, stored, body)
    _fill(tool, body)
    if kind and not settings and {"auth", "egress"} & body.keys():
        kind.refuse_open(tool)
    offers = kind.offers(tool) if kind and settings else None
    named = {name for name in (*PLAIN, "egress") if name in body} | (
        {"secret"} if tool.secret != read.secret else set()
    )
    with transaction.atomic():
        _save(tool, read, named | ({"config"} if settings or "auth" in body else set()))
        _set_groups(tool, body)
        facts: dict[str, Any] = {
            name: [before[name], value] for name, value in _facts(tool).items() if before[name] != value
        }
        facts |= {"secret": "changed"} if "auth" in body else {}
        facts |= {"settings": sorted(settings), **_renewed(tool, offers, expected=True)} if offers is not None else {}
        facts |= _approval_changed(tool, body)
        record(actor, "tool.change", tool, facts)
    return tool


def refresh(actor: User, tool: Tool) -> Tool:
    """Reads the operations again from where they are described."""
    require_administrator(actor)
    kind, read = fields.kind_of(tool.kind), copy(tool)
    offers = kind.offers(tool)
    with transaction.atomic():
        _save(tool, read, {"config"})  # of which a kind may have learnt something
        record(actor, "tool.refresh", tool, _renewed(tool, offers, expected=False))
    return tool


@transaction.atomic
def delete(actor: User, tool: Tool) -> None:
    require_administrator(actor)
    if tool.kind == Tool.Kind.BUILTIN:
        raise Problem(409, "A built-in tool cannot be deleted. Switch it off instead.")
    record(actor, "tool.delete", tool, _facts(tool))
    if kind := kinds.get(tool.kind):
        transaction.on_commit(partial(kind.forget, tool.pk))
    tool.delete()


@transaction.atomic
def change_operation(actor: User, operation: Operation, changes: Mapping[str, Any]) -> Operation:
    """What an administrator decides about an operation."""
    require_administrator(actor)
    row = Operation.objects.select_for_update(of=("self",)).select_related("tool").get(pk=operation.pk)
    before = {name: getattr(row, name) for name in SETTABLE}
    for name, value in _meant(row, changes).items():
        setattr(row, name, value)
    if row.needs_approval == Operation.Needs.RULE and (fault := rules.fault(row.rule)):
        raise fields.invalid("rule", fault)
    row.save()
    facts = {name: [old, getattr(row, name)] for name, old in before.items() if old != getattr(row, name)}
    record(actor, "operation.change", row, {"tool": row.tool.slug, "function": row.function} | facts)
    return row


def test(actor: User, operation: Operation, arguments: Mapping[str, Any]) -> tuple[Result, float]:
    """One real call with the administrator's own arguments; raises ToolError. Recorded like any other."""
    require_administrator(actor)
    if operation.four_eyes:
        raise Problem(409, "Two people must agree to this operation, so nobody can test it alone.")
    if kinds.get(operation.tool.kind) is None:
        raise Problem(409, "This installation knows no such kind of tool.")
    started = time.monotonic()
    run = Run(person=actor, kind=Run.Kind.QUESTION)  # never saved
    context = Context(actor, run, None, "en", lambda: False, started + TEST_SECONDS)
    result = calling.trial(registry.function(operation), operation, context, arguments)
    return result, time.monotonic() - started


def _save(tool: Tool, read: Tool, named: Collection[str]) -> None:
    """Writes what was named and nothing else: reading a tool's operations takes a while, in which somebody may have
    switched it off. What `read` was of its settings must still stand, but for what the kind itself renews."""
    row = Tool.objects.select_for_update().filter(pk=tool.pk).first()
    if row is None:
        raise not_found()
    kind = kinds.get(tool.kind)
    renewed = kind.renewed if kind else ()
    if "config" in named:
        if _settled(row, renewed) != _settled(read, renewed):
            raise Problem(409, "Somebody else has changed this tool meanwhile. Look at it again.", code="changed")
        tool.config = tool.config | {name: row.config[name] for name in renewed if name in tool.config}
    tool.save(update_fields=named)


def _settled(tool: Tool, renewed: Collection[str]) -> Any:
    return {name: name in renewed or value for name, value in tool.config.items()}, bool(tool.secret)


def _fill(tool: Tool, body: Mapping[str, Any]) -> None:
    for name in PLAIN:
        if name in body:
            setattr(tool, name, body[name])
    if "egress" in body:
        tool.egress = fields.egress(body["egress"])
    if "auth" in body:
        given = body["auth"] or {"type": "none"}
        auth = fields.auth(given)
        tool.config = _without_auth(tool.config) | ({"auth": auth} if auth else {})
        if "value" in given or not auth:
            tool.secret = secrets.encrypt(given.get("value", "")) if auth else ""


def _set_groups(tool: Tool, body: Mapping[str, Any]) -> None:
    if "groups" in body:
        found = Group.objects.filter(pk__in=body["groups"])
        if len(found) != len(set(body["groups"])):
            raise fields.invalid("groups", "One of the groups does not exist.")
        tool.groups.set(found)


def _slug(body: Mapping[str, Any]) -> str:
    """The slug that was asked for, or one made from the name."""
    if wanted := body.get("slug"):
        slugs.refuse_reserved(wanted)
        if Tool.objects.filter(slug=wanted).exists():
            raise Problem(409, "There is a tool with this name already.", errors={"slug": ["Already in use."]})
        return str(wanted)
    plain = slugify(body["name"])[:50].strip("-_") or body["kind"]
    taken = plain in {body["kind"], *slugs.RESERVED} or Tool.objects.filter(slug=plain).exists()
    return f"{plain}-{uuid.uuid4().hex[:6]}" if taken else plain


def _guard_secret(kind: kinds.Kind, tool: Tool, stored: dict[str, Any], body: Mapping[str, Any]) -> None:
    """Where the address has changed the secret must be given again. What the kind itself has fetched nobody can give:
    it is forgotten with what the kind knew of it."""
    if any(name in stored and name not in tool.config for name in kind.renewed):
        tool.secret = ""
    moved, given = list(kind.addresses(tool.config)) != list(kind.addresses(stored)), body.get("auth", {})
    ended = "auth" in body and (given or {}).get("type", "none") == "none"
    if moved and tool.secret and not ended and "value" not in given:
        raise fields.invalid("auth.value", "Give the key again, since the address has changed.")


def _renewed(tool: Tool, offers: Any, expected: bool) -> dict[str, Any]:
    rows.refuse(offers)
    return {"operations": rows.renew(tool, offers, expected)}


def _approval_changed(tool: Tool, body: Mapping[str, Any]) -> dict[str, Any]:
    """`needs_approval` of a whole tool: said anew of each of its operations."""
    if body.get("needs_approval") is None:
        return {}
    found = list(tool.operations.all())
    asking = rows.asked_of(body["needs_approval"], rows.offers_of(found))
    for row in found:
        row.needs_approval = Operation.Needs.ALWAYS if row.name in asking else Operation.Needs.NEVER
        row.save(update_fields=["needs_approval"])
    return {"needs_approval": sorted(asking)}


def _meant(row: Operation, changes: Mapping[str, Any]) -> dict[str, Any]:
    """A rule that is given is meant to be followed, and a second person to be asked, unless something else is said."""
    meant: dict[str, Any] = {}
    if changes.get("rule"):
        meant = {"needs_approval": Operation.Needs.RULE}
    elif changes.get("four_eyes") and row.needs_approval == Operation.Needs.NEVER:
        meant = {"needs_approval": Operation.Needs.ALWAYS}
    return meant | {name: value for name, value in changes.items() if name in SETTABLE}


def _facts(tool: Tool) -> dict[str, Any]:
    facts = {name: getattr(tool, name) for name in TOLD}
    groups = sorted(str(each) for each in tool.groups.all()) if not tool._state.adding else []
    return facts | {"groups": groups, "auth": tool.config.get("auth")}


def _without_auth(config: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in config.items() if name != "auth"}


def _auth_of(config: dict[str, Any]) -> dict[str, Any]:
    return {"auth": config["auth"]} if "auth" in config else {}
