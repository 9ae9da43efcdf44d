"""Reading conversations; each person reads their own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from agents.assistants import selectors as assistants
from agents.assistants.models import Version
from agents.loop.language import HAN
from agents.models import Run
from agents.selectors import error_of, thoughts, visible_citations
from apps.accounts.models import User
from apps.chat.models import Conversation, Message
from apps.knowledge.models import Collection
from apps.knowledge.policies import readable_collections

HISTORY = 4


def conversations(person: User) -> QuerySet[Conversation]:
    """The person's conversations, with the collections that they may read today."""
    readable = Prefetch("collections", queryset=readable_collections(person).order_by("name"))
    named = assistants.name_of("assistant")
    return Conversation.objects.filter(person=person).annotate(assistant_name=named).prefetch_related(readable)


def messages(person: User) -> QuerySet[Message]:
    """The messages of the person's conversations."""
    found = Message.objects.filter(conversation__person=person)
    return found.select_related("run", "feedback", "conversation").prefetch_related("run__steps")


def collections(person: User, ids: Sequence[UUID]) -> list[Collection]:
    """Those of the collections that the person may read."""
    return list(readable_collections(person).filter(pk__in=ids))


def history(conversation: Conversation, before: int) -> list[dict[str, str]]:
    """The last turns before a question, oldest first, without answers that never came."""
    turns = conversation.messages.filter(ordinal__lt=before).select_related("run").order_by("-ordinal")[:HISTORY]
    return [{"role": turn.role, "content": turn.content} for turn in reversed(turns) if turn.content]


def active_run(conversation: Conversation) -> Run | None:
    """The run that still works on an answer in the conversation, if one does."""
    return Run.objects.filter(messages__conversation=conversation).exclude(status__in=Run.ENDED).first()


def message_facts(person: User, message: Message) -> dict[str, Any]:
    """A message as the API shows it."""
    run, feedback = message.run, getattr(message, "feedback", None)
    return {
        "id": message.pk,
        "role": message.role,
        "content": message.content,
        "created_at": message.created_at,
        "run": {"id": run.pk, "status": run.status, "error": error_of(run)} if run else None,
        "reasoning": thoughts(run) if run else "",
        "citations": visible_citations(person, run.citations) if run else [],
        "assistant": _answered_by(run),
        "feedback": {"rating": feedback.rating, "comment": feedback.comment} if feedback else None,
    }


def _answered_by(run: Run | None) -> dict[str, str] | None:
    """The assistant that answered, by the name that it had then; None for Quarry itself."""
    named = run.input.get("assistant") if run else None
    return {"slug": named["slug"], "name": named["name"]} if named else None


def starters(version: Version) -> list[dict[str, str]]:
    """The questions that an assistant suggests, in the reader's language where it has them."""
    texts = assistants.said_by(version, "starters")
    return [{"text": text, "language": "zh-Hant" if HAN.search(text) else "en"} for text in texts]
