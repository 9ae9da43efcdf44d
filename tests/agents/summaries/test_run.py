"""Summaries as runs: with a model that writes nonsense they are the text's own sentences, and say so."""

import re
from typing import Any

import pytest
from quarry import runtime

from agents.loop.sentences import sentences
from agents.summaries.models import Part
from apps.accounts.models import User
from apps.audit.models import Event
from apps.knowledge.models import Collection, Document, DocumentText, Passage
from tests.agents.summaries.conftest import Asked, done
from tests.agents.summaries.texts import KAPITEL, stored
from tests.fixtures.runs import told

pytestmark = pytest.mark.django_db(transaction=True)
MARK = re.compile(r"\[(\d+)\]")


def verbatim(citations: list[dict[str, Any]]) -> bool:
    """Whether every quote stands in the document where the citation says, within the passage that it names."""
    for each in citations:
        text = DocumentText.objects.get(document=each["document_id"]).text
        place, passage = each["location"], Passage.objects.get(pk=each["passage_id"])
        assert text[place["start"] : place["end"]] == each["quote"]
        assert passage.start <= place["start"] < passage.end
    return bool(citations)


def test_nonsense_becomes_an_honest_summary_with_true_citations(
    asked: Asked, handbook: Document, employee: User, model: runtime.ModelInfo
) -> None:
    summary = done(asked(employee, document=handbook.pk, length="short"))
    assert summary.run.status == "completed", summary.run.error
    assert (summary.facts["method"], summary.facts["parts"], summary.facts["fallback"]) == ("parts", 3, True)
    assert verbatim(summary.run.citations)
    for sentence in re.split(r"(?<=\])\s", summary.run.answer):
        marks = MARK.findall(sentence)
        quotes = [each["quote"] for each in summary.run.citations if str(each["marker"]) in marks]
        assert MARK.sub("", sentence).strip() in quotes, "the text's own words"
    assert summary.run.model == model.id
    assert summary.run.usage["completion_tokens"] > 0


@pytest.mark.parametrize(("length", "count"), [("short", 3), ("medium", 5), ("long", 9)])
def test_it_has_as_many_sentences_as_were_asked_for(
    length: str, count: int, asked: Asked, leaflet: Document, employee: User, model: runtime.ModelInfo
) -> None:
    summary = done(asked(employee, document=leaflet.pk, length=length))
    assert sum(summary.facts["sentences"].values()) == count
    assert len(sentences(MARK.sub("", summary.run.answer))) == count


def test_every_part_is_a_step_and_progress_is_told(
    asked: Asked, handbook: Document, employee: User, model: runtime.ModelInfo
) -> None:
    summary = done(asked(employee, document=handbook.pk))
    steps = list(summary.run.steps.all())
    assert [(step.kind, step.name, step.status) for step in steps] == [("generate", "summarise", "completed")] * 4
    assert steps[0].arguments["documents"] == [{"document_id": str(handbook.pk), "title": "Handbook"}]
    assert steps[0].result["fallback"] is True
    events = told(summary.run)
    progress = [event.data for event in events if event.kind == "progress"]
    assert [each["done"] for each in progress] == [0, 1, 2, 3]
    assert {each["total"] for each in progress} == {4}
    assert [event.kind for event in events if event.kind in ("done", "error", "token")] == ["done"]
    assert events[-1].data["answer"] == summary.run.answer


def test_it_is_recorded_who_asked_and_what_came_of_it(
    asked: Asked, leaflet: Document, employee: User, model: runtime.ModelInfo
) -> None:
    summary = done(asked(employee, document=leaflet.pk, style="bullets"))
    begun = Event.objects.get(action="summary.create")
    assert begun.facts["source"] == {"documents": [str(leaflet.pk)]}
    ended = Event.objects.get(action="summary.answer")
    assert (ended.actor_id, ended.facts["status"]) == (employee.pk, "completed")
    assert set(ended.facts["cited"]) == {each["passage_id"] for each in summary.run.citations}
    assert summary.run.answer.startswith("- ")


def test_chinese_stays_chinese_and_an_official_letter_has_its_parts(
    asked: Asked, house: Collection, employee: User, model: runtime.ModelInfo
) -> None:
    document = stored(house, KAPITEL, "手冊")
    summary = done(asked(employee, document=document.pk, style="official", length="short"))
    assert summary.facts["language"] == "zh-Hant"
    assert re.match(r"主旨：.+\[\d+\]\n\n說明：\n一、", summary.run.answer)
    assert "\n\n辦法：\n一、" in summary.run.answer
    assert verbatim(summary.run.citations)


def test_minutes_have_decisions_owners_and_dates(
    asked: Asked, house: Collection, employee: User, model: runtime.ModelInfo
) -> None:
    words = "The gate was discussed for a long time by everybody. It was decided to repair the gate in spring. "
    words += "Anna Berg will ask three companies for offers by 3 May 2026."
    document = stored(house, {"Gate": words}, "Meeting")
    summary = done(asked(employee, document=document.pk, kind="meeting"))
    assert summary.style == "minutes"
    assert re.search(r"## Decisions\n\n- It was decided to repair the gate in spring\. \[\d\]", summary.run.answer)
    assert "(owner: Anna Berg; due: 3 May 2026)" in summary.run.answer


def test_texts_selections_collections_and_several_documents(
    asked: Asked, house: Collection, leaflet: Document, employee: User, model: runtime.ModelInfo
) -> None:
    own = done(
        asked(employee, text="The gate is broken since Monday. Nobody can come in by car. It costs 900 dollars.")
    )
    assert own.run.citations[0]["document_id"] is None
    place = own.run.citations[0]["location"]
    assert own.text[place["start"] : place["end"]] == own.run.citations[0]["quote"]
    text = DocumentText.objects.get(document=leaflet).text
    start, end = text.index("Filters"), text.index("Travel")
    chosen = done(asked(employee, selection={"document": leaflet.pk, "start": start, "end": end}))
    assert all(start <= each["location"]["start"] < end for each in chosen.run.citations)
    other = stored(house, KAPITEL, "手冊")
    for wanted in ({"collection": house.pk}, {"documents": [leaflet.pk, other.pk]}):
        summary = done(asked(employee, length="long", language="en", **wanted))
        assert {each["document_id"] for each in summary.run.citations} == {str(leaflet.pk), str(other.pk)}
        assert verbatim(summary.run.citations)


@pytest.mark.parametrize("method", ["whole", "parts"])
def test_of_a_table_its_rows_are_told(method: str, asked: Asked, employee: User, model: runtime.ModelInfo) -> None:
    rows = (
        "Item: Pump QX-2100; Price: 900; Stock: 12\nItem: Filter; Price: 40; Stock: 3\nItem: Seal; Price: 5; Stock: 0"
    )
    summary = done(asked(employee, text=rows, method=method))
    assert "Item: Pump QX-2100; Price: 900; Stock: 12 [1]" in summary.run.answer


@pytest.mark.parametrize("style", ["executive", "bullets", "official"])
def test_nothing_to_say_is_said(style: str, asked: Asked, employee: User, model: runtime.ModelInfo) -> None:
    summary = done(asked(employee, text="Hm. So. 1. 2. 3.", style=style))
    assert summary.run.status == "completed"
    assert summary.run.answer.startswith("There is nothing here")
    assert Part.objects.exclude(lines=[]).count() == 0


def test_without_a_model_a_long_text_fails_clearly_and_a_text_of_few_sentences_needs_none(
    asked: Asked, handbook: Document, employee: User, configured: Any
) -> None:
    failed = done(asked(employee, document=handbook.pk))
    assert (failed.run.status, failed.run.error["type"]) == ("failed", "urn:quarry:problem:model")
    short = done(asked(employee, text="The gate is broken since last Monday. Nobody can come in by car any more."))
    assert (short.run.status, short.facts["fallback"]) == ("completed", False)
