"""Endpoints on this machine, and how they are asked."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from quarry.runtime import Done, Event, Message, Params, Request, Token, remote
from quarry.runtime.remote import Endpoint, iam

QUESTION = [Message("system", "Be brief."), Message("user", "你好?")]
_numbers = itertools.count()


def endpoint(url: str, kind: str = "vllm", **more: Any) -> Endpoint:
    """Each with a name of its own, so that no limiter is shared."""
    fields: dict[str, Any] = {"model": "m", "allow_private": True, "timeout": 5.0}
    return Endpoint(f"e{next(_numbers)}", kind, url, **fields | more)


def ask(to: Endpoint, messages: list[Message] | None = None, **more: Any) -> Iterator[Event]:
    return remote.generate(to, Request(messages or QUESTION, **{"params": Params(max_tokens=16)} | more))


def text(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Token))


def done(events: list[Event]) -> Done:
    last = events[-1]
    assert isinstance(last, Done)
    return last


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries come quickly, and nobody's token is left over."""
    monkeypatch.setattr(remote, "WAITS", (0.01, 0.02))
    iam._tokens.clear()
