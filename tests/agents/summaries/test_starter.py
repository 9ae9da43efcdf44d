"""Summaries of the sample documents by the starter model: slow, and what a person would get."""

import re

import pytest

from agents.loop.language import HAN
from agents.loop.sentences import sentences
from apps.accounts.models import User
from apps.knowledge.models import Collection
from tests.agents.summaries.conftest import Asked, done
from tests.agents.summaries.test_run import MARK, verbatim
from tests.agents.summaries.texts import sample
from tests.runtime.conftest import models_folder, starter

__all__ = ["models_folder", "starter"]
pytestmark = [pytest.mark.model, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("starter")]


def test_three_sentences_of_english_terms(asked: Asked, house: Collection, employee: User) -> None:
    document = sample(house, "warranty-terms-en.md")
    summary = done(asked(employee, document=document.pk, length="short"))
    assert summary.run.status == "completed", summary.run.error
    assert len(sentences(MARK.sub("", summary.run.answer))) == 3
    assert verbatim(summary.run.citations)
    assert not summary.facts["fallback"], "the starter writes something that the text carries"


def test_the_minutes_of_the_product_meeting(asked: Asked, house: Collection, employee: User) -> None:
    document = sample(house, "product-meeting-2026-04-14-zh.md")
    summary = done(asked(employee, document=document.pk, kind="meeting"))
    answer = summary.run.answer
    assert re.search(r"發布 FS-8 韌體 2\.4 版\[\d+\]（負責人：蔡明翰；期限：2026-05-29）", answer)
    assert "核准開發預算新臺幣 420 萬元" in answer
    assert verbatim(summary.run.citations)


def test_english_terms_in_chinese(asked: Asked, house: Collection, employee: User) -> None:
    document = sample(house, "warranty-terms-en.md")
    summary = done(asked(employee, document=document.pk, language="zh-Hant", style="bullets", length="short"))
    assert summary.run.status == "completed"
    assert verbatim(summary.run.citations)
    if not summary.facts["fallback"]:
        assert HAN.search(summary.run.answer)
