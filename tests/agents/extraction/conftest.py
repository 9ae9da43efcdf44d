"""Extractions in the queue, and the tiny model to carry them out."""

from collections.abc import Callable
from typing import Any

import pytest
from quarry import runtime

from agents import execution
from agents.extraction import actions, reading
from agents.extraction.models import Extraction
from apps.accounts.models import User
from apps.knowledge.models import Collection, Document
from tests.agents.summaries.texts import stored

Asked = Callable[..., Extraction]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "number": {"type": ["string", "null"], "description": "Number of the invoice"},
        "date": {"type": ["string", "null"], "format": "date"},
        "total": {"type": ["number", "null"], "description": "Sum to be paid"},
        "currency": {"enum": ["TWD", "USD"]},
    },
}
INVOICE = {
    "統一發票": "發票號碼：AB-12345678。日期：中華民國 115 年 5 月 29 日。",
    "金額": "買受人：鴻陵泵浦股份有限公司。總計：新臺幣 39,800 元整，含稅。",
}


@pytest.fixture
def model(configured: Any, monkeypatch: pytest.MonkeyPatch) -> runtime.ModelInfo:
    """The tiny model, loaded. Its nonsense has no end: fields are kept short."""
    monkeypatch.setattr(reading, "FIELD_TOKENS", 30)
    monkeypatch.setattr(reading, "LIST_TOKENS", 60)
    return runtime.load()


@pytest.fixture
def office(employee: User) -> Collection:
    return Collection.objects.create(name="Office", created_by=employee)


@pytest.fixture
def invoice(office: Collection) -> Document:
    return stored(office, INVOICE, "Invoice")


@pytest.fixture
def asked(queue: None) -> Asked:
    """Makes a queued extraction."""

    def make(person: User, **wanted: Any) -> Extraction:
        return actions.start(person, {"schema": SCHEMA} | wanted)

    return make


def done(extraction: Extraction) -> Extraction:
    """The extraction after its run was carried out."""
    execution.execute(extraction.run.pk)
    return Extraction.objects.select_related("run").get(pk=extraction.pk)
