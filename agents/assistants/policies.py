"""Who may use an assistant, who may change it, and who decides about that. It never widens what they may read or call:
search and tools ask for the person's own permission again."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from quarry.api import Problem
from quarry.api.problem import not_found

from agents.assistants.models import Assistant
from apps.accounts.models import User
from apps.accounts.policies import may_administer


def usable(person: User) -> QuerySet[Assistant]:
    """Those that answer the person: published, switched on, and open to everybody, to a group of theirs, or theirs to
    change. A person whose account was closed has none."""
    in_group = Assistant.groups.through.objects.filter(assistant=OuterRef("pk"), group__members=person.pk)
    found = Assistant.objects.filter(Q(restricted=False) | Q(Exists(in_group)) | _changeable(person), _active(person))
    return found.filter(enabled=True, deleted_at=None).exclude(published=None)


def editable(person: User) -> QuerySet[Assistant]:
    """Those that the person may change: as their creator, in a group of editors, or as an administrator."""
    return Assistant.objects.filter(_changeable(person), _active(person), deleted_at=None)


def visible(person: User) -> QuerySet[Assistant]:
    """Those of which the person may know."""
    return Assistant.objects.filter(
        Q(pk__in=usable(person).order_by().values("pk")) | Q(pk__in=editable(person).order_by().values("pk"))
    )


def may_edit(person: User, assistant: Assistant) -> bool:
    return editable(person).filter(pk=assistant.pk).exists()


def may_own(person: User, assistant: Assistant) -> bool:
    """Whether the person may say who edits it, and delete it."""
    return person.is_active and (may_administer(person) or assistant.created_by_id == person.pk)


def require_edit(person: User, assistant: Assistant) -> None:
    """For somebody who may not use it either, there is no such assistant."""
    if may_edit(person, assistant):
        return
    if not usable(person).filter(pk=assistant.pk).exists():
        raise not_found()
    raise Problem(403, "Only the creator of this assistant, its editors and administrators may do this.")


def require_owner(person: User, assistant: Assistant) -> None:
    require_edit(person, assistant)
    if not may_own(person, assistant):
        raise Problem(403, "Only the creator of this assistant and administrators may do this.")


def _active(person: User) -> Exists:
    return Exists(User.objects.filter(pk=person.pk, is_active=True))


def _changeable(person: User) -> Q:
    administrator = User.objects.filter(pk=person.pk, role=User.Role.ADMINISTRATOR)
    editor = Assistant.editors.through.objects.filter(assistant=OuterRef("pk"), group__members=person.pk)
    return Q(created_by=person.pk) | Q(Exists(administrator)) | Q(Exists(editor))
