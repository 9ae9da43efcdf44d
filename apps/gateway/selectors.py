"""What a program may name as a model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from quarry import runtime
from quarry.api import Problem

from agents.assistants import selectors as assistants
from apps.accounts.models import User
from apps.endpoints.selectors import names
from apps.gateway.assistant import ASSISTANT, PREFIX

Kind = Literal["chat", "assistant", "embedding"]


@dataclass(frozen=True)
class Offer:
    """A model, or an assistant that is spoken to like one. `context` in tokens, where it is known."""

    id: str
    kind: Kind
    context: int | None = None
    dimension: int | None = None
    name: str | None = None

    def facts(self) -> dict[str, Any]:
        """In OpenAI's shape, with what else is worth knowing."""
        facts: dict[str, Any] = {
            "id": self.id,
            "object": "model",
            "created": 0,
            "owned_by": "quarry",
            "kind": self.kind,
        }
        more = {"max_model_len": self.context, "dimensions": self.dimension, "name": self.name}
        return facts | {name: value for name, value in more.items() if value is not None}


def offers(person: User) -> Iterator[Offer]:
    """All that can answer the person now, what is asked for most and found soonest first."""
    chat = [*_current(), *(Offer(name, "chat") for name in names())]
    yield from chat
    if chat:
        yield Offer(ASSISTANT, "assistant")
        yield from _assistants(person)
    yield from _embedding()
    yield from (offer for offer in _others() if offer.id not in {each.id for each in chat})


def offer(person: User, name: str, *kinds: Kind) -> Offer:
    """The one by this name; of an embedding model the name of its space will do as well."""
    found = next((each for each in offers(person) if name in (each.id, _space(each)) and each.kind in kinds), None)
    if found is None:
        sentence = f"There is no model {name!r} here that can do this; GET /v1/models lists what there is."
        raise Problem(404, sentence, code="model-not-found", errors={"model": [sentence]})
    return found


def _current() -> Iterator[Offer]:
    try:
        model = runtime.current_model()
    except runtime.ModelUnavailable:
        return
    yield Offer(model.id, "chat", model.context)


def _assistants(person: User) -> Iterator[Offer]:
    for each in assistants.assistants(person).order_by("slug"):
        if each.published:
            yield Offer(PREFIX + each.slug, "assistant", name=assistants.said_by(each.published, "name"))


def _others() -> Iterator[Offer]:
    """Chat models that lie here too: a worker loads them when they are asked for."""
    for entry in runtime.models():
        if entry["kind"] == "chat" and entry["verified"] and entry["fits"] and not entry["refused"]:
            yield Offer(entry["id"], "chat", entry["context"])


def _embedding() -> Iterator[Offer]:
    try:
        name, dimension = runtime.embedding_space()
    except runtime.ModelUnavailable:
        return
    yield Offer(name.partition("@")[0], "embedding", dimension=dimension)


def _space(each: Offer) -> str:
    return runtime.embedding_space()[0] if each.kind == "embedding" else each.id
