"""Writing an event, in the transaction of what it tells of: both happen or neither does."""

import json
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.http import HttpRequest
from quarry.api.request import client_address, current_request
from quarry.text import storable

if TYPE_CHECKING:
    from apps.accounts.models import User

INSERT = """
    INSERT INTO audit_event (actor_id, actor_email, action, object_type, object_id, object_label, facts, ip)
    VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb, %s)
"""


@transaction.atomic
def record(
    actor: "User | None",
    action: str,
    object: models.Model | str | None,
    facts: dict[str, Any],
    request: HttpRequest | None = None,
) -> None:
    """Adds an event. `actor` None means the system itself; `facts` must be JSON and hold no secret and no text of
    documents beyond what an auditor needs. Call it last in a transaction: from here to the commit, other writers of
    events wait, since each event's hash covers the one before."""
    kind, key, label = _described(object)
    source = request or current_request()
    values = [
        actor.pk if actor else None,
        actor.email if actor else "",
        action,
        kind,
        key,
        label,
        json.dumps(storable(facts), cls=DjangoJSONEncoder),  # an event must never fail on the text that it tells of
        client_address(source) if source else None,
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)


def _described(object: models.Model | str | None) -> tuple[str, str, str]:
    if object is None:
        return "", "", ""
    if isinstance(object, str):
        return "text", "", storable(object)[:300]
    return object._meta.model_name or "", str(object.pk), storable(str(object))[:300]
