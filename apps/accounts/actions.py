"""Every change to people, groups and keys: permission, change and audit event in one transaction."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from quarry.api import Problem

from apps.accounts import keys
from apps.accounts.models import ApiKey, Group, User
from apps.accounts.policies import SCOPES, require_administrator
from apps.audit import record


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
    for name in changes:
        setattr(person, name, changes[name])
    person.save(update_fields=list(changes))
    return person


@transaction.atomic
def create_group(actor: User, name: str, description: str = "") -> Group:
    require_administrator(actor)
    if Group.objects.filter(name=name).exists():
        raise Problem(409, f"There is a group {name!r} already.")
    group = Group.objects.create(name=name, description=description)
    record(actor, "group.create", group, {})
    return group


@transaction.atomic
def change_group(actor: User, group: Group, changes: Mapping[str, Any]) -> Group:
    require_administrator(actor)
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
    record(actor, "group.delete", group, {"members": sorted(group.members.values_list("email", flat=True))})
    group.delete()


@transaction.atomic
def create_api_key(actor: User | None, user: User, name: str, scopes: Sequence[str] = ()) -> tuple[ApiKey, str]:
    """A key for `user`; its text is returned here and nowhere else. `actor` None: the machine's own command line."""
    unknown = sorted(set(scopes) - SCOPES.keys())
    if unknown:
        known = ", ".join(SCOPES)
        raise Problem(400, f"Unknown scope: {', '.join(unknown)}. Known: {known}.", errors={"scopes": unknown})
    text = keys.new_key()
    key = ApiKey.objects.create(
        user=user, name=name, prefix=text[:8], digest=keys.digest(text), scopes=sorted(set(scopes))
    )
    record(actor, "api_key.create", key, {"owner": user.email, "scopes": key.scopes})
    return key, text


@transaction.atomic
def revoke_api_key(actor: User, key: ApiKey) -> None:
    record(actor, "api_key.revoke", key, {"owner": key.user.email})
    key.delete()


def _names(groups: Iterable[Group]) -> list[str]:
    return sorted(group.name for group in groups)


def _refuse_taken(email: str) -> None:
    if User.objects.filter(email=email.strip().lower()).exists():
        raise Problem(409, "There is a person with this address already.", errors={"email": ["Already in use."]})


def _refuse_without_administrator() -> None:
    # The lock makes two administrators who demote each other at once wait for one another.
    admins = User.objects.select_for_update().filter(role=User.Role.ADMINISTRATOR, is_active=True)
    if not list(admins):
        raise Problem(409, "This is the last administrator: make somebody else one first.")


def _check_password(password: str, person: User, field: str = "password") -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Problem(400, error.messages[0], code="validation", errors={field: error.messages}) from None
