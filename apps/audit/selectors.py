"""Reading the log: administrators only."""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.accounts.policies import require_administrator
from apps.audit.models import Event


class Filters(TypedDict, total=False):
    actor: str
    action: str
    object: str
    after: datetime
    before: datetime


def events(reader: User, filters: Filters) -> QuerySet[Event]:
    """Newest first. `actor` is an id or part of an address, `action` a name or its beginning (`document.`),
    `object` an id or part of a label."""
    require_administrator(reader)
    found = Event.objects.all()
    if actor := filters.get("actor"):
        found = found.filter(Q(actor_id=actor) if _is_uuid(actor) else Q(actor_email__icontains=actor))
    if action := filters.get("action"):
        found = found.filter(Q(action=action) | Q(action__startswith=action if action.endswith(".") else action + "."))
    if object_ := filters.get("object"):
        found = found.filter(Q(object_id=object_) | Q(object_label__icontains=object_) | Q(object_type=object_))
    if after := filters.get("after"):
        found = found.filter(time__gte=after)
    if before := filters.get("before"):
        found = found.filter(time__lt=before)
    return found


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
