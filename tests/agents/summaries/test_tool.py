"""Summaries for agents: within a call's time, or handed over to a run that goes on with what was written."""

import time

import pytest
from quarry import runtime

from agents.models import Run
from agents.summaries.models import Part, Summary
from agents.summaries.tool import summarise
from agents.tools import calling, registry
from agents.tools.types import Context, ToolError
from apps.accounts.models import User
from apps.knowledge.models import Collection, Document
from tests.agents.summaries.conftest import done

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("queue")]


def context(person: User, seconds: float = 60.0, cancelled: bool = False) -> Context:
    run = Run.objects.create(person=person, status="running", input={"question": "Sum it up"})
    return Context(person, run, None, "en", lambda: cancelled, time.monotonic() + seconds)


def test_agents_call_it_by_the_title_of_a_document(leaflet: Document, stranger: User, model: runtime.ModelInfo) -> None:
    (function,) = registry.functions(stranger, ["summarise"])
    result = calling.call(function, context(stranger), {"document": leaflet.title, "length": "short"})
    assert result.found
    with pytest.raises(ToolError, match="There is no document"):
        calling.call(function, context(stranger), {"document": "Nothing of the kind"})


def test_an_agent_gets_the_summary_and_what_it_may_cite(
    leaflet: Document, stranger: User, model: runtime.ModelInfo
) -> None:
    result = summarise(context(stranger), leaflet, {"style": "bullets", "length": "short"})
    assert result.text.startswith("- ")
    assert "[1]" not in result.text
    assert [each.text in result.text for each in result.found] == [True] * 4
    assert {each.document_id for each in result.found} == {str(leaflet.pk)}
    assert not Summary.objects.exists()


def test_what_takes_longer_becomes_a_run_that_goes_on(
    handbook: Document, stranger: User, model: runtime.ModelInfo
) -> None:
    result = summarise(context(stranger, seconds=0.0), handbook, {"length": "short"})
    summary = Summary.objects.get(pk=result.data["summary"])
    assert "being written" in result.text
    assert (summary.length, summary.run.person) == ("short", stranger)
    assert done(summary).run.status == "completed"
    again = summarise(context(stranger), handbook, {"length": "short"})
    assert again.data["facts"]["cached"] == Part.objects.count() == 4


def test_what_may_not_be_read_or_was_stopped_is_an_error(
    house: Collection, leaflet: Document, stranger: User, model: runtime.ModelInfo
) -> None:
    with pytest.raises(ToolError, match="stopped"):
        summarise(context(stranger, cancelled=True), leaflet, {})
    Collection.objects.filter(pk=house.pk).update(visibility="groups")
    with pytest.raises(ToolError, match="Nothing has been read"):
        summarise(context(stranger), leaflet, {})
