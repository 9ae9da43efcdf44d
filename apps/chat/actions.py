"""What people do in conversations: each is one transaction with its audit event."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from quarry import events, workers
from quarry.api import Problem
from quarry.api.problem import not_found
from quarry.text import first_words

import agents.actions
from agents.assistants import asking
from agents.assistants import selectors as assistants
from agents.assistants.models import Version
from agents.models import Run
from apps.accounts.models import User
from apps.audit import record
from apps.chat import policies, selectors
from apps.chat.models import Conversation, Feedback, Message


@transaction.atomic
def create_conversation(person: User, collections: Sequence[UUID] | None = None, assistant: str = "") -> Conversation:
    """A conversation over the given collections, or over all that the person may read; with an assistant, or with
    Quarry itself."""
    version = asking.chosen(person, assistant)
    conversation = Conversation.objects.create(person=person, assistant=version.assistant.slug if version else "")
    _limit(person, conversation, collections)
    facts = {"collections": _ids(conversation), "assistant": conversation.assistant}
    record(person, "conversation.create", conversation, facts)
    return selectors.conversations(person).get(pk=conversation.pk)


@transaction.atomic
def change_conversation(person: User, conversation: Conversation, changes: Mapping[str, Any]) -> Conversation:
    """Renames a conversation, or has it search other collections from now on."""
    conversation = _locked(person, conversation)
    if "title" in changes:
        conversation.title = changes["title"]
        conversation.save(update_fields=["title"])
    if "collections" in changes:
        _limit(person, conversation, changes["collections"])
    record(person, "conversation.change", conversation, {"changed": sorted(changes)})
    return selectors.conversations(person).get(pk=conversation.pk)


@transaction.atomic
def delete_conversation(person: User, conversation: Conversation) -> None:
    """Deletes a conversation with its answers; a run that still works is asked to stop."""
    conversation = _locked(person, conversation)
    # Locked, so that no worker adds a step to a run, or ends one, while it goes.
    runs = list(Run.objects.select_for_update().filter(pk__in=conversation.messages.exclude(run=None).values("run")))
    record(person, "conversation.delete", conversation, {"messages": conversation.messages.count()})
    conversation.delete()
    Run.objects.filter(pk__in=[run.pk for run in runs]).delete()
    active = [run.pk for run in runs if not run.ended]
    transaction.on_commit(lambda: _stop(active))


@transaction.atomic
def ask(person: User, conversation: Conversation, content: str) -> tuple[Message, Message]:
    """Stores the question and an answer to come. While an answer is being written the next question is refused: it
    would be asked without the answer that it may refer to."""
    conversation = _locked(person, conversation)
    _refuse_busy(conversation)
    ordinal = conversation.messages.count()
    question = Message.objects.create(conversation=conversation, ordinal=ordinal, role=Message.Role.USER, text=content)
    run = _start(person, conversation, question)
    answer = Message.objects.create(
        conversation=conversation, ordinal=ordinal + 1, role=Message.Role.ASSISTANT, run=run
    )
    if not conversation.title:
        conversation.title = first_words(content)
    conversation.updated_at = timezone.now()
    conversation.save(update_fields=["title", "updated_at"])
    _record_question(person, conversation, question, run)
    return question, answer


@transaction.atomic
def regenerate(person: User, answer: Message) -> tuple[Message, Message]:
    """Answers the same question again, in the place of the answer."""
    conversation = _locked(person, answer.conversation)
    if answer.role != Message.Role.ASSISTANT:
        raise Problem(409, "Only an answer can be made again.", code="not-an-answer")
    _refuse_busy(conversation)
    question = conversation.messages.get(ordinal=answer.ordinal - 1)
    replaced = list(Run.objects.filter(messages=answer).values_list("pk", flat=True))
    answer.run = _start(person, conversation, question)
    answer.save(update_fields=["run"])
    Feedback.objects.filter(message=answer).delete()
    # Nothing leads to it any more: it would stay behind when the conversation is deleted.
    Run.objects.filter(pk__in=replaced).delete()
    _record_question(person, conversation, question, answer.run)
    return question, answer


@transaction.atomic
def give_feedback(person: User, message: Message, rating: str | None, comment: str = "") -> Feedback | None:
    """Rates an answer, or takes the rating back."""
    _locked(person, message.conversation)
    if message.role != Message.Role.ASSISTANT:
        raise Problem(409, "Only an answer can be rated.", code="not-an-answer")
    record(person, "answer.rate", message.run, {"rating": rating})
    if rating is None:
        Feedback.objects.filter(message=message).delete()
        return None
    return Feedback.objects.update_or_create(message=message, defaults={"rating": rating, "comment": comment})[0]


def _stop(runs: Sequence[UUID]) -> None:
    for run_id in runs:
        events.request_cancel(run_id)


def _limit(person: User, conversation: Conversation, ids: Sequence[UUID] | None) -> None:
    chosen = selectors.collections(person, ids or [])
    if len(chosen) != len(set(ids or [])):
        text = "There is no such collection, or you may not read it."
        raise Problem(400, text, errors={"collections": [text]})
    conversation.limited = bool(chosen)
    conversation.save(update_fields=["limited"])
    conversation.collections.set(chosen)


def _ids(conversation: Conversation) -> list[str]:
    return sorted(str(pk) for pk in conversation.collections.values_list("pk", flat=True))


def _locked(person: User, conversation: Conversation) -> Conversation:
    """The person's conversation as it is now. Who writes in it does so one after the other: of two questions at once
    the second sees the first one's run."""
    policies.require_owner(person, conversation)
    found = Conversation.objects.select_for_update().filter(pk=conversation.pk).first()
    if found is None:
        raise not_found()
    return found


def _refuse_busy(conversation: Conversation) -> None:
    if selectors.active_run(conversation):
        raise Problem(409, "An answer is still being written. Stop it, or wait for it.", code="conversation-busy")


def _start(person: User, conversation: Conversation, question: Message) -> Run:
    """A run of the assistant that the message names, else of the conversation's, else of Quarry itself."""
    named, text = asking.mentioned(question.text)
    version = asking.chosen(person, named, "content") if named else _own_assistant(person, conversation)
    history = selectors.history(conversation, question.ordinal)
    collections = _ids(conversation) if conversation.limited else None
    facts = {"question": text, "history": history, "collections": collections}
    if version is not None:
        facts = asking.task(version, text, history, collections, str(conversation.pk))
    return agents.actions.start(person, Run.Kind.QUESTION, facts)


def _own_assistant(person: User, conversation: Conversation) -> Version | None:
    """The assistant with which the conversation was begun. Its person knows it, so they are told what became of it."""
    if not conversation.assistant:
        return None
    version = assistants.answering(person, conversation.assistant)
    if version is None:
        why = assistants.why_not(person, conversation.assistant)
        raise Problem(409, f"{why} Ask another one, or start a new conversation.", code="assistant-gone")
    return version


def _record_question(person: User, conversation: Conversation, question: Message, run: Run) -> None:
    """The model is the one that the worker says it holds; the answer's own event names the one that was used."""
    worker = next((each for each in workers.alive("inference") if each.model), None)
    facts = {
        "conversation": str(conversation.pk),
        "question": question.text,
        "collections": run.input["collections"],
        "assistant": run.input.get("assistant"),
        "model": worker.model if worker else "",
        "model_sha256": worker.model_sha256 if worker else "",
    }
    record(person, "question.ask", run, facts)
