"""What programs do with models: each request is recorded with its model and its size, its words are not.

The words are in the run, for as long as it is kept: see `forget`.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from quarry import runtime
from quarry.api import Problem
from quarry.web.health import queue_length

import agents.actions
from agents.models import Run
from apps.accounts.models import User
from apps.audit import record
from apps.gateway import assistant, selectors
from apps.gateway.fields import Fields, invalid
from apps.gateway.requests import Wanted

KEEP = timedelta(days=1)
SWEPT = 1000  # runs in one transaction
PIECE = 32  # texts a task, so that a question's embedding comes between
Vectors = list[runtime.Vectors]


@transaction.atomic
def complete(person: User, wanted: Wanted, body: Fields) -> tuple[Run, Wanted]:
    """A run for the request, in the queue."""
    kinds: tuple[selectors.Kind, ...] = ("chat", "assistant") if wanted.chat else ("chat",)
    offer = selectors.offer(person, wanted.model, *kinds)
    if offer.kind == "assistant":
        wanted = assistant.question(person, wanted, body)
    run = agents.actions.start(person, Run.Kind.COMPLETION, wanted.input)
    asked = wanted.input
    facts = {
        "model": offer.id,
        "messages": len(asked.get("messages", ())),
        "tools": len(asked.get("tools", ())),
        "choices": wanted.choices,
        "stream": wanted.stream,
    }
    record(person, "completion.ask", run, facts)
    return run, wanted


def embed(person: User, model: str, texts: Sequence[str], kind: Literal["query", "passage"]) -> tuple[Vectors, int]:
    """The texts' vectors, and how many tokens they have."""
    offer = selectors.offer(person, model, "embedding")
    if queue_length("embed") >= settings.QUARRY_MAX_WAITING:
        raise Problem(429, "Too many texts are waiting to be embedded.", code="queue-full", retry_after=5)
    counts, limit = runtime.embedding_tokens(texts, kind)
    if (longest := max(counts)) > limit:
        raise invalid("input", f"A text has {longest} tokens, but only {limit} can be embedded.", "context-length")
    record(person, "embedding.create", None, {"model": offer.id, "texts": len(texts), "tokens": sum(counts)})
    pieces = [runtime.embed(texts[start : start + PIECE], kind) for start in range(0, len(texts), PIECE)]
    return [row for piece in pieces for row in piece], sum(counts)


def forget() -> None:
    """Deletes what programs sent and were sent, a day after; the audit log keeps who asked which model and how much."""
    old = Run.objects.filter(kind=Run.Kind.COMPLETION, ended_at__lt=timezone.now() - KEEP)
    while ids := list(old.values_list("pk", flat=True)[:SWEPT]):
        Run.objects.filter(pk__in=ids).delete()
