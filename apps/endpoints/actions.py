"""Every change to endpoints and to the order: permission, change and audit event in one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from quarry import secrets
from quarry.api import Problem
from quarry.api.problem import not_found

from apps.accounts.models import User
from apps.accounts.policies import require_administrator
from apps.audit import record
from apps.endpoints import checks
from apps.endpoints.models import EMBEDDED, Endpoint, Place

TOLD = (
    *("slug", "name", "kind", "base_url", "model", "options", "allow_private", "concurrency", "timeout"),
    *("price_input", "price_output", "enabled"),
)


@transaction.atomic
def create(actor: User, fields: Mapping[str, Any]) -> Endpoint:
    require_administrator(actor)
    if Endpoint.objects.filter(slug=fields["slug"]).exists():
        raise Problem(409, "There is an endpoint with this name already.", errors={"slug": ["Already in use."]})
    secret = fields.get("secret", "")
    endpoint = Endpoint(**{**fields, "secret": secrets.encrypt(secret)})
    checks.refuse_incomplete(endpoint, bool(secret))
    endpoint.save()
    record(actor, "endpoint.create", endpoint, _facts(endpoint) | {"secret": bool(secret)})
    return endpoint


@transaction.atomic
def change(actor: User, endpoint: Endpoint, changes: Mapping[str, Any]) -> Endpoint:
    """Changes what is named. A secret that is not named stays; when the address changes it must be given again, lest
    somebody sends it to an address of his own."""
    require_administrator(actor)
    endpoint = _locked(endpoint)
    before = _facts(endpoint)
    for name, value in changes.items():
        setattr(endpoint, name, secrets.encrypt(value) if name == "secret" else value)
    _refuse_secret_elsewhere(endpoint, before, changes)
    checks.refuse_incomplete(endpoint, bool(endpoint.secret))
    endpoint.save()
    after = _facts(endpoint)
    facts: dict[str, Any] = {name: [before[name], after[name]] for name in TOLD if before[name] != after[name]}
    facts |= {"secret": "changed"} if "secret" in changes else {}
    facts |= {"ca": "changed"} if "ca" in changes else {}
    record(actor, "endpoint.change", endpoint, facts)
    return endpoint


@transaction.atomic
def delete(actor: User, endpoint: Endpoint) -> None:
    require_administrator(actor)
    endpoint = _locked(endpoint)
    record(actor, "endpoint.delete", endpoint, _facts(endpoint))
    endpoint.delete()


@transaction.atomic
def set_order(actor: User, names: Sequence[str]) -> list[str]:
    """Who answers first, who next. Nobody twice, and somebody at all."""
    require_administrator(actor)
    places = list(Place.objects.select_for_update(of=("self",)).select_related("endpoint"))
    before = [place.name for place in places] or [EMBEDDED]
    known = {f"endpoint/{each.slug}": each for each in Endpoint.objects.all()}
    unknown = [name for name in names if name != EMBEDDED and name not in known]
    if unknown or not names or len(set(names)) != len(names):
        text = "The order names each model once, at least one, and only models that exist."
        raise Problem(400, text, errors={"order": [text]})
    Place.objects.all().delete()
    Place.objects.bulk_create(Place(position=at, endpoint=known.get(name)) for at, name in enumerate(names))
    record(actor, "endpoint.order", None, {"order": [before, list(names)]})
    return list(names)


@transaction.atomic
def record_test(actor: User, endpoint: Endpoint, passed: bool, steps: Sequence[Mapping[str, Any]]) -> None:
    """A test sends a question to somebody else's service, with our key: worth an event."""
    require_administrator(actor)
    facts = {"passed": passed, "steps": {step["name"]: step["status"] for step in steps}}
    record(actor, "endpoint.test", endpoint, facts)


def _locked(endpoint: Endpoint) -> Endpoint:
    found = Endpoint.objects.select_for_update().filter(pk=endpoint.pk).first()
    if found is None:
        raise not_found()
    return found


def _facts(endpoint: Endpoint) -> dict[str, Any]:
    return {name: getattr(endpoint, name) for name in TOLD}


def _refuse_secret_elsewhere(endpoint: Endpoint, before: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    moved = endpoint.base_url != before["base_url"] or endpoint.options != before["options"]
    if moved and endpoint.secret and "secret" not in changes:
        text = "Give the key again, since the address has changed."
        raise Problem(400, text, code="validation", errors={"secret": [text]})
