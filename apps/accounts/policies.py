"""Who may do what with people, groups and keys."""

from quarry.api import Problem

from apps.accounts.models import ApiKey, User

# What a key may be limited to. A key without scopes may do all that its owner may.
SCOPES = {
    "read": "read collections and documents, and search",
    "write": "upload, change and delete",
    "chat": "ask questions and read the answers",
    "admin": "people, groups, models and the audit log, where the owner is an administrator",
}
SCOPE_REFUSED = "This API key's scopes do not allow it."


def may_administer(person: User) -> bool:
    return person.is_active and person.is_administrator


def require_administrator(person: User) -> None:
    if not may_administer(person):
        raise Problem(403, "Only administrators may do this.")


def key_allows(key: ApiKey, scope: str) -> bool:
    return not key.scopes or scope in key.scopes
