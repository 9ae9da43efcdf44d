"""Reads: for administrators, and for the runtime, which asks before each answer."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import QuerySet
from quarry import secrets
from quarry.api.problem import not_found
from quarry.runtime import remote

from apps.accounts.models import User
from apps.accounts.policies import require_administrator
from apps.endpoints.models import EMBEDDED, Endpoint, Place

logger = logging.getLogger(__name__)


def endpoints(reader: User) -> QuerySet[Endpoint]:
    require_administrator(reader)
    return Endpoint.objects.all()


def one(reader: User, slug: str) -> Endpoint:
    """The endpoint of this name, or a Problem."""
    found = endpoints(reader).filter(slug=slug).first()
    if found is None:
        raise not_found()
    return found


def order_names(reader: User) -> list[str]:
    """The order with those in it that are switched off."""
    require_administrator(reader)
    return [place.name for place in Place.objects.select_related("endpoint")] or [EMBEDDED]


def order() -> list[str]:
    """Who answers where nobody says who, the first that can. The embedded model where nobody has decided."""
    with _given_back():
        places = list(Place.objects.select_related("endpoint"))
    return [place.name for place in places if place.endpoint is None or place.endpoint.enabled] or [EMBEDDED]


def offered() -> list[remote.Endpoint]:
    """The endpoints as the runtime takes them; one whose secret cannot be read is left out."""
    with _given_back():
        rows = list(Endpoint.objects.filter(enabled=True))
    found = []
    for row in rows:
        try:
            found.append(for_runtime(row))
        except secrets.Unreadable:
            logger.error("The secret of the endpoint %s cannot be read with this installation's keys", row.slug)
    return found


def names() -> dict[str, str]:
    """The endpoints as callers of the runtime name them, each with its name for people."""
    found = Endpoint.objects.filter(enabled=True).values_list("slug", "name")
    return {remote.PREFIX + slug: name for slug, name in found}


@contextmanager
def _given_back() -> Iterator[None]:
    """The runtime asks in threads of its own too, whose connections nobody else would give back to the pool."""
    opened = connection.connection is None
    try:
        yield
    finally:
        if opened and not connection.in_atomic_block:
            connection.close()


def for_runtime(row: Endpoint) -> remote.Endpoint:
    """The endpoint with its secret, for a call. Raises `secrets.Unreadable`."""
    return remote.Endpoint(
        slug=row.slug,
        kind=row.kind,
        base_url=row.base_url,
        model=row.model,
        secret=secrets.decrypt(row.secret),
        timeout=row.timeout,
        concurrency=row.concurrency,
        allow_private=row.allow_private,
        ca=row.ca,
        extra=row.options,
        prices=_prices(row),
    )


def _prices(row: Endpoint) -> tuple[float, float] | None:
    if row.price_input is None and row.price_output is None:
        return None
    return row.price_input or 0.0, row.price_output or 0.0
