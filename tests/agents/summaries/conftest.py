"""Summaries in the queue, and the tiny model, which writes nonsense, to carry them out."""

from collections.abc import Callable
from typing import Any

import pytest
from quarry import runtime

from agents import execution
from agents.summaries import actions, compress
from agents.summaries.models import Summary
from apps.accounts.models import User
from apps.knowledge.models import Collection, Document
from tests.agents.summaries.texts import CHAPTERS, stored

Asked = Callable[..., Summary]


@pytest.fixture
def model(configured: Any, monkeypatch: pytest.MonkeyPatch) -> runtime.ModelInfo:
    """The tiny model, loaded. Its nonsense has no end: sentences are kept short."""
    monkeypatch.setattr(compress, "TOKENS", 8)
    return runtime.load()


@pytest.fixture
def house(employee: User) -> Collection:
    return Collection.objects.create(name="House", created_by=employee)


@pytest.fixture
def handbook(house: Collection) -> Document:
    """A document of three chapters, each a part of its own."""
    return stored(house, {name: f"{words} " * 12 for name, words in CHAPTERS.items()})


@pytest.fixture
def leaflet(house: Collection) -> Document:
    """A document that is read at once."""
    return stored(house, CHAPTERS, "Leaflet")


@pytest.fixture
def asked(queue: None) -> Asked:
    """Makes a queued summary."""

    def make(person: User, **wanted: Any) -> Summary:
        return actions.start(person, wanted)

    return make


def done(summary: Summary) -> Summary:
    """The summary after its run was carried out."""
    execution.execute(summary.run.pk)
    return Summary.objects.select_related("run").get(pk=summary.pk)
