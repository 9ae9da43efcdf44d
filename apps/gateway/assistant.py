"""`assistant/quarry` and `assistant/<slug>` as models: the last message is a question, answered from what its person
may read."""

import uuid
from typing import Any

from agents.assistants import asking
from agents.assistants.checks import RESERVED
from apps.accounts.models import User
from apps.gateway.fields import Fields, invalid
from apps.gateway.requests import Wanted
from apps.knowledge.policies import readable_collections

PREFIX = "assistant/"
ASSISTANT = PREFIX + RESERVED
LONGEST_QUESTION = 8000
MOST_COLLECTIONS, HISTORY = 100, 4


def question(person: User, wanted: Wanted, body: Fields) -> Wanted:
    """The request as a run of the assistant's. System messages and sampling are the assistant's own, whatever the
    program asks for; what would give the answer another form is refused."""
    _refuse(wanted)
    turns = [turn for turn in wanted.input["messages"] if turn["role"] in ("user", "assistant") and turn["content"]]
    if not turns or turns[-1]["role"] != "user":
        raise invalid("messages", "The last message must be the user's question.")
    asked = turns[-1]["content"].strip()
    if not 0 < len(asked) <= LONGEST_QUESTION:
        raise invalid("messages", f"The question may have {LONGEST_QUESTION} characters at most, and must have one.")
    history = [{"role": turn["role"], "content": turn["content"]} for turn in turns[:-1][-HISTORY:]]
    chosen = asking.chosen(person, wanted.model.removeprefix(PREFIX), "model")
    found: dict[str, Any] = {"question": asked, "history": history, "collections": _collections(person, body)}
    if chosen is not None:
        found = asking.task(chosen, asked, history, found["collections"])
    # Nobody reads along: an answer that its documents do not carry is withdrawn at the end, and no program can be
    # told to forget what it was sent.
    return Wanted(wanted.model, {"n": 1, "stream": False, **found}, wanted.stream, wanted.usage)


def _refuse(wanted: Wanted) -> None:
    asked: dict[str, Any] = wanted.input
    other = {
        "tools": asked["tools"],
        "response_format": asked["schema"],
        "logprobs": wanted.logprobs,
        "n": asked["n"] > 1,
    }
    for name, given in other.items():
        if given:
            raise invalid(name, f"{name} cannot be had from an assistant.", "unsupported-parameter")


def _collections(person: User, body: Fields) -> list[str] | None:
    """The collections that are to be searched, by id or by name; None for all that the person may read."""
    if not body.has("collections"):
        return None
    named = body.texts("collections", MOST_COLLECTIONS)
    readable = {str(pk): name for pk, name in readable_collections(person).values_list("pk", "name")}
    chosen = [pk for pk, name in readable.items() if name in named or pk in map(_plain, named)]
    if not named or len({readable[pk] for pk in chosen}) < len(set(named)):
        raise invalid("collections", "There is no such collection, or you may not read it.")
    return chosen


def _plain(text: str) -> str:
    """An id as it is stored, however it was spelt."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return text
