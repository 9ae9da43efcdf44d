"""Who may read and change what. Reading is answered by the database, so that search can ask it in its own SQL."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from quarry.api import Problem
from quarry.api.problem import not_found

from apps.accounts.models import User
from apps.knowledge.models import Collection


def readable_collections(person: User) -> QuerySet[Collection]:
    """Those open to everyone, those of the person's groups, their own; administrators read all. A person whose
    account was closed reads nothing, even through an object that was loaded before."""
    active = User.objects.filter(pk=person.pk, is_active=True)
    in_group = Collection.groups.through.objects.filter(collection=OuterRef("pk"), group__members=person.pk)
    allowed = (
        Q(visibility=Collection.Visibility.EVERYONE)
        | Q(created_by=person.pk)
        | Q(Exists(active.filter(role=User.Role.ADMINISTRATOR)))
        | Q(visibility=Collection.Visibility.GROUPS) & Q(Exists(in_group))
    )
    return Collection.objects.filter(Exists(active), allowed)


def may_edit(person: User, collection: Collection) -> bool:
    """Whether the person may change the collection and what is in it: its creator and administrators may."""
    return person.is_active and (person.is_administrator or collection.created_by_id == person.pk)


def require_edit(person: User, collection: Collection) -> None:
    """For somebody who may not read it either, there is no such collection."""
    if may_edit(person, collection):
        return
    if not readable_collections(person).filter(pk=collection.pk).exists():
        raise not_found()
    raise Problem(403, "Only the creator of this collection and administrators may change it.")
