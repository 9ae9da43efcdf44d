"""Which runtime answers: the embedded engine, or a remote endpoint of the same name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from . import chat
from .types import Event, Request


def generate(model: str | Sequence[str] | None, request: Request) -> Iterator[Event]:
    """The answer of the first model in the order that can give one."""
    name = model if isinstance(model, str) or model is None else model[0]
    return chat.generate(name, request)
