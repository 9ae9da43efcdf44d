"""Reads, filtered by what the person may see."""

from django.db.models import Prefetch, QuerySet

from apps.accounts.models import ApiKey, Group, User
from apps.accounts.policies import may_administer, require_administrator


def people(reader: User) -> QuerySet[User]:
    require_administrator(reader)
    return User.objects.prefetch_related("groups")


def groups(reader: User) -> QuerySet[Group]:
    """Everyone may know the groups' names (to share a collection); only administrators see who is in them."""
    if not may_administer(reader):
        return Group.objects.prefetch_related(Prefetch("members", User.objects.none()))
    return Group.objects.prefetch_related("members")


def api_keys(reader: User) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(user=reader)


def first_administrator() -> User | None:
    active = User.objects.filter(role=User.Role.ADMINISTRATOR, is_active=True)
    return active.order_by("created_at").first()
