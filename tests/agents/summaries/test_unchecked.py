"""Sentences that could not be checked for want of the embedding model are checked when there is one."""

from typing import Any

import numpy as np
import pytest
from quarry import runtime

from agents.summaries.models import Part
from agents.summaries.pipeline import Made, Order, Pipeline
from agents.summaries.writer import Writer, Written
from tests.agents.summaries.texts import KAPITEL, model_info, written

pytestmark = pytest.mark.django_db


class Translating(Writer):
    """A model that translates one sentence, and counts how often it is asked."""

    asked = 0

    def write(self, *_: Any, **__: Any) -> Written:
        self.asked += 1
        return Written("The manager approves leave within three working days. [3]", "stop", model_info(), {})


def made(writer: Translating) -> Made:
    order = Order(length="short", language="en")
    return Pipeline([written({"休假": KAPITEL["休假"]})], order, writer, lambda: None).run()


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> Translating:
    monkeypatch.setattr("agents.summaries.pipeline.identities", lambda _: [model_info().sha256])
    return Translating(lambda: False)


def embedder(monkeypatch: pytest.MonkeyPatch, answers: bool) -> None:
    def embed(texts: list[str], *_: Any) -> Any:
        if not answers:
            raise runtime.RuntimeFault("No worker embeds.")
        return np.ones((len(texts), 1))

    monkeypatch.setattr(runtime, "embed", embed)


def test_it_is_written_anew_when_it_can_be_checked(writer: Translating, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder(monkeypatch, answers=False)
    assert made(writer).facts["sentences"]["unchecked"] == 1
    assert (made(writer).facts["cached"], writer.asked) == (1, 1), "a run that goes on finds what it wrote"
    embedder(monkeypatch, answers=True)
    checked = made(writer)
    assert (checked.facts["cached"], writer.asked) == (0, 2)
    assert checked.facts["sentences"] == {"extracted": 2, "supported": 1}
    assert (made(writer).facts["cached"], Part.objects.count()) == (1, 1)
