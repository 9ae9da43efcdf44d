"""Who may read and write in a conversation: its person, and nobody else, administrators included."""

from quarry.api.problem import not_found

from apps.accounts.models import User
from apps.chat.models import Conversation


def may_see(person: User, conversation: Conversation) -> bool:
    return conversation.person_id == person.pk


def require_owner(person: User, conversation: Conversation) -> None:
    """Raises the problem that also stands for a conversation that does not exist."""
    if not may_see(person, conversation):
        raise not_found()
