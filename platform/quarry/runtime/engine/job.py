"""One request to the engine: what it asks, and the queue on which the answer arrives."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ..types import Cancelled, DoneReason, Logprob, Params, Prefill, Queued, Usage
from .grammars import Trigger

POLL_SECONDS = 0.04


@dataclass(frozen=True, slots=True)
class Piece:
    """The next bit of text. `marks`: log-probabilities of the tokens that begin in it, where they were asked for, each
    with the place of the token's first character."""

    text: str
    marks: Sequence[tuple[int, Logprob]] = ()


@dataclass(frozen=True, slots=True)
class End:
    """The answer is complete. `stop`: the stop string that ended it, if one did."""

    reason: DoneReason
    usage: Usage
    stop: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """The engine could not go on."""

    error: Exception


Message: TypeAlias = Queued | Prefill | Piece | End | Failure


@dataclass(eq=False)
class Job:
    """`marks` are numbers of the prompt's first tokens that other requests are likely to share. `trigger` says where
    the grammar begins to hold; without one, at once."""

    tokens: Sequence[int]
    params: Params
    marks: Sequence[int] = ()
    grammar: str | None = None
    trigger: Trigger | None = None
    cancelled: bool = False
    messages: queue.SimpleQueue[Message] = field(default_factory=queue.SimpleQueue)

    def put(self, message: Message) -> None:
        self.messages.put(message)

    def follow(
        self, cancelled: Cancelled | None, cancel: Callable[[Job], None]
    ) -> Iterator[Queued | Prefill | Piece | End]:
        """Messages as they come, asking `cancelled` in the meantime."""
        asked = 0.0
        while True:
            if cancelled and not self.cancelled and time.monotonic() - asked >= POLL_SECONDS:
                asked = time.monotonic()
                if cancelled():
                    cancel(self)
            try:
                message = self.messages.get(timeout=POLL_SECONDS if cancelled and not self.cancelled else None)
            except queue.Empty:
                continue
            if isinstance(message, Failure):
                raise message.error
            yield message
            if isinstance(message, End):
                return
