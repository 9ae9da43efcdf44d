"""What an assistant is given to do: the input of its run."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from quarry.api import Problem

from agents.assistants import selectors
from agents.assistants.checks import RESERVED, SLUG
from agents.assistants.models import Version
from apps.accounts.models import User

Turn = Mapping[str, str]
# Not what goes on as an address or a path: @ada@example.test, @types/node.
MENTION = re.compile(r"[@＠]([A-Za-z0-9-]{1,60})(?![A-Za-z0-9@._/-])[\s,，:：、]*")
NONE = "There is no such assistant, or you may not use it."


def task(
    version: Version,
    question: str,
    history: Sequence[Turn] = (),
    collections: Sequence[str] | None = None,
    thread: str | None = None,
) -> dict[str, Any]:
    """The input of a run that this version carries out."""
    assistant = version.assistant
    named = {"id": str(assistant.pk), "slug": assistant.slug, "name": selectors.said_by(version, "name")}
    return {
        "question": question,
        "history": [dict(turn) for turn in history],
        "collections": narrowed(version.collections, collections),
        "models": version.model_order or None,
        "assistant": named | {"version": str(version.pk)},
        "thread": thread,
    }


def narrowed(own: Sequence[str] | None, asked: Sequence[str] | None) -> list[str] | None:
    """The collections that both the assistant and the question allow; None where neither chose any."""
    if own is None or asked is None:
        chosen = asked if own is None else own
        return None if chosen is None else list(chosen)
    return [each for each in asked if each in set(own)]


def mentioned(text: str) -> tuple[str, str]:
    """The assistant that a message names at its beginning, in small letters, and the question for it; no name where
    there is none."""
    found = MENTION.match(text)
    if found is None or not SLUG.fullmatch(found[1].lower()):
        return "", text
    rest = text[found.end() :].strip()
    if not rest:
        raise Problem(400, "Write your question after the assistant's name.", code="validation")
    return found[1].lower(), rest


def chosen(person: User, slug: str, field: str = "assistant") -> Version | None:
    """The assistant that the person asks for; None for Quarry itself. A problem where they may not use it, which is
    the same as for one that never was."""
    if slug in ("", RESERVED):
        return None
    version = selectors.answering(person, slug)
    if version is None:
        raise Problem(400, NONE, code="no-assistant", errors={field: [NONE]})
    return version
