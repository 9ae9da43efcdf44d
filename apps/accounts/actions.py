"""Every change to people, groups and keys: permission, change and audit event in one transaction."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import QuerySet
from quarry.api import Problem
from quarry.api.problem import not_found

from apps.accounts import keys
from apps.accounts.models import ApiKey, Group, User
from apps.accounts.policies import SCOPES, require_administrator
from apps.audit import record

Row = TypeVar("Row", bound=models.Model)


def made_up_password() -> str:
    """Twelve bytes of randomness in a form that one can read out."""
    return "-".join(secrets.token_hex(3) for _ in range(4))


@transaction.atomic
def ensure_first_administrator(email: str | None, password: str | None) -> tuple[str, str | None] | None:
    """Makes the first administrator where there is nobody yet. Returns the address and, if it was made up, the
    password; None where people exist already. Of several first starts at once only one makes somebody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('quarry.first_administrator'))")
    if User.objects.exists():
        return None
    address = (email or "admin@quarry.local").strip().lower()
    user = User.objects.create_user(
        address, password or (made_up := made_up_password()), name="Administrator", role=User.Role.ADMINISTRATOR
    )
    record(None, "person.create", user, {"role": user.role, "reason": "first start"})
    return address, None if password else made_up


@transaction.atomic
def create_person(actor: User, *, groups: Iterable[Group] = (), password: str = "", **fields: Any) -> User:
    require_administrator(actor)
    _refuse_taken(fields["email"])
    person = User(**fields | {"email": fields["email"].strip().lower()})
    if password:
        _check_password(password, person)
    person.set_password(password or None)
    person.save()
    person.groups.set(groups)
    record(actor, "person.create", person, {"role": person.role, "groups": [group.name for group in groups]})
    return person


@transaction.atomic
def change_person(actor: User, person: User, changes: Mapping[str, Any]) -> User:
    """Changes name, role, activity, language or groups. The last active administrator stays one."""
    require_administrator(actor)
    _lock_administrators()
    person = _locked(User, person)
    groups = changes.get("groups")
    before = {name: getattr(person, name) for name in changes if name != "groups"}
    for name in before:
        setattr(person, name, changes[name])
    person.save()
    _refuse_without_administrator()
    facts: dict[str, Any] = {n: [before[n], getattr(person, n)] for n in before if before[n] != getattr(person, n)}
    if groups is not None:
        facts["groups"] = [_names(person.groups.all()), _names(groups)]
        person.groups.set(groups)
    record(actor, "person.change", person, facts)
    return person


@transaction.atomic
def reset_password(actor: User, person: User) -> str:
    """A made-up password, which the administrator hands over."""
    require_administrator(actor)
    password = made_up_password()
    person.set_password(password)
    person.save(update_fields=["password"])
    record(actor, "person.reset_password", person, {})
    return password


@transaction.atomic
def change_own_password(person: User, current: str, new: str) -> None:
    if not person.check_password(current):
        raise Problem(400, "The current password is not right.", errors={"current": ["This is not your password."]})
    _check_password(new, person, field="new")
    person.set_password(new)
    person.save(update_fields=["password"])
    record(person, "person.change_password", person, {})


@transaction.atomic
def change_own_profile(person: User, changes: Mapping[str, Any]) -> User:
    """Changes one's own name or language."""
    facts = {name: [getattr(person, name), changes[name]] for name in changes if getattr(person, name) != changes[name]}
    for name in facts:
        setattr(person, name, changes[name])
    if facts:
        person.save(update_fields=list(facts))
        record(person, "person.change", person, facts)
    return person


@transaction.atomic
def create_group(actor: User, name: str, description: str = "", members: Sequence[User] = ()) -> Group:
    require_administrator(actor)
    if Group.objects.filter(name=name).exists():
        raise Problem(409, f"There is a group {name!r} already.")
    group = Group.objects.create(name=name, description=description)
    group.members.set(members)
    record(actor, "group.create", group, {"members": sorted(member.email for member in members)})
    return group


@transaction.atomic
def change_group(actor: User, group: Group, changes: Mapping[str, Any]) -> Group:
    require_administrator(actor)
    group = _locked(Group, group)
    if Group.objects.filter(name=changes.get("name")).exclude(pk=group.pk).exists():
        raise Problem(409, f"There is a group {changes['name']!r} already.")
    members: Sequence[User] | None = changes.get("members")
    facts: dict[str, Any] = {name: [getattr(group, name), changes[name]] for name in changes if name != "members"}
    for name in facts:
        setattr(group, name, changes[name])
    group.save()
    if members is not None:
        facts["members"] = [sorted(group.members.values_list("email", flat=True)), sorted(m.email for m in members)]
        group.members.set(members)
    record(actor, "group.change", group, facts)
    return group


@transaction.atomic
def delete_group(actor: User, group: Group) -> None:
    require_administrator(actor)
    group = _locked(Group, group)
    record(actor, "group.delete", group, {"members": sorted(group.members.values_list("email", flat=True))})
    group.delete()


@transaction.atomic
def create_api_key(
    actor: User | None, user: User, name: str, scopes: Sequence[str] = (), using: ApiKey | None = None
) -> tuple[ApiKey, str]:
    """A key for `user`; its text is returned here and nowhere else. `actor` None: the machine's own command line.
    A key that was made by `using` another one may do no more than that one."""
    _refuse_scopes(set(scopes), using)
    text = keys.new_key()
    key = ApiKey.objects.create(
        user=user, name=name, prefix=text[:8], digest=keys.digest(text), scopes=sorted(set(scopes))
    )
    record(actor, "api_key.create", key, {"owner": user.email, "scopes": key.scopes})
    return key, text


@transaction.atomic
def revoke_api_key(actor: User, key: ApiKey) -> None:
    key = _locked(ApiKey, key)
    record(actor, "api_key.revoke", key, {"owner": key.user.email})
    key.delete()


def _locked(model: type[Row], row: Row) -> Row:
    """The row as it is now, until the commit; always before the audit event, for which others wait."""
    found = model._default_manager.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if found is None:
        raise not_found()
    return found


def _names(groups: Iterable[Group]) -> list[str]:
    return sorted(group.name for group in groups)


def _refuse_taken(email: str) -> None:
    if User.objects.filter(email=email.strip().lower()).exists():
        raise Problem(409, "There is a person with this address already.", errors={"email": ["Already in use."]})


def _administrators() -> QuerySet[User]:
    return User.objects.filter(role=User.Role.ADMINISTRATOR, is_active=True)


def _lock_administrators() -> None:
    """Makes two administrators who demote each other at once wait for one another, in the same order."""
    list(_administrators().select_for_update().order_by("pk"))


def _refuse_without_administrator() -> None:
    if not _administrators().exists():
        raise Problem(409, "This is the last administrator: make somebody else one first.")


def _refuse_scopes(scopes: set[str], using: ApiKey | None) -> None:
    if unknown := sorted(scopes - SCOPES.keys()):
        text = f"Unknown scope: {', '.join(unknown)}. Known: {', '.join(SCOPES)}."
        raise Problem(400, text, errors={"scopes": unknown})
    if using and using.scopes and not (scopes and scopes <= set(using.scopes)):
        allowed = ", ".join(using.scopes)
        raise Problem(403, f"A key that is limited to {allowed} can only make keys with these scopes.")


def _check_password(password: str, person: User, field: str = "password") -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Problem(400, error.messages[0], code="validation", errors={field: error.messages}) from None
