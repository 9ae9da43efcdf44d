"""The knowledge tests' shelf and the runtime tests' tiny model, for runs; assistants with tools."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from quarry import runtime

from agents.assistants.models import Assistant, Version
from agents.loop import offer, writing
from agents.models import Run
from apps.accounts.models import User
from tests.agents import acting
from tests.fixtures.runs import Ask
from tests.knowledge.conftest import shelve
from tests.runtime.conftest import configured, store, tiny_file, tiny_store

__all__ = ["configured", "shelve", "store", "tiny_file", "tiny_store"]
HandOver = Callable[..., Run]
THREAD = "7d9f2c1e-0000-4000-8000-000000000001"


@pytest.fixture(autouse=True)
def nothing_embeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no worker that does, and nobody waits for one."""
    monkeypatch.setattr(offer._away, "until", math.inf)


@pytest.fixture
def done() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """The calls that really happen during the test."""
    acting.done.clear()
    yield acting.done
    acting.done.clear()


@pytest.fixture
def hand_over(ask: Ask, employee: User, done: list[Any]) -> HandOver:
    """A queued run of an assistant that has the given tools."""

    def make(*tools: str, person: User = employee, question: str = "Book my leave for Monday.", **fields: Any) -> Run:
        assistant, _ = Assistant.objects.get_or_create(slug="helper")
        number = assistant.versions.count() + 1
        facts = {"name": "Helper", "tools": list(tools) or ["office"], **fields}
        version = Version.objects.create(assistant=assistant, number=number, **facts)
        named = {"id": str(assistant.pk), "slug": "helper", "name": "Helper", "version": str(version.pk)}
        return ask(person, question, assistant=named, thread=THREAD)

    return make


@pytest.fixture
def script(configured: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., acting.Script]:
    """Puts a scripted model in the model's place; tokens are counted with the tiny model's own vocabulary."""

    def make(*turns: Any) -> acting.Script:
        model = acting.Script(*turns)
        monkeypatch.setattr(runtime, "generate", model)
        return model

    return make


@pytest.fixture
def calling(model: runtime.ModelInfo, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Has the tiny model call a function in its next turns, and write after them."""
    monkeypatch.setattr(writing, "MOST_TOKENS", 300)
    engine = runtime.generate

    def begin(turns: int = 1) -> None:
        monkeypatch.setattr(runtime, "generate", acting.made_to_call(engine, turns))

    return begin
