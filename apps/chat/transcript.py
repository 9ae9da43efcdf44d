"""A conversation as one text, to be summarised."""

from uuid import UUID

from agents.loop.markers import without_markers
from apps.accounts.models import User
from apps.chat import selectors
from apps.chat.models import Message

SPEAKERS = {Message.Role.USER.value: "Question", Message.Role.ASSISTANT.value: "Answer"}


def transcript(person: User, id: UUID) -> tuple[str, str] | None:
    """Title and text of a conversation of the person's own."""
    conversation = selectors.conversations(person).filter(pk=id).first()
    if conversation is None:
        return None
    turns = conversation.messages.select_related("run").order_by("ordinal")
    said = [f"{SPEAKERS[turn.role]}: {without_markers(turn.content)}" for turn in turns if turn.content.strip()]
    return str(conversation), "\n\n".join(said)
