"""A document of 200 pages, from its file to its summary: progress is told, it is stopped on the way and taken up
again, and it does not fill the worker's memory."""

import random
import time

import pytest
from quarry import runtime
from quarry.events.cancel import INTERVAL

import agents.actions
from agents.models import Run
from agents.summaries import work
from agents.summaries.models import Part, Summary
from apps.accounts.models import User
from apps.knowledge.models import Document, Passage
from ingestion import pipeline
from tests.agents.summaries.conftest import Asked, done
from tests.agents.summaries.test_long_work import steps
from tests.agents.summaries.test_run import verbatim
from tests.fixtures.memory import forget_peak, memory, peak
from tests.fixtures.runs import told
from tests.ingestion.conftest import Queue, collection, encoder
from tests.ingestion.conftest import queue as upload
from tests.ingestion.making import pdf

__all__ = ["collection", "encoder", "upload"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("encoder")]
PAGES = 200
DONE = 20  # parts, when the person stops it
MEMORY = 100 * 1024**2  # that a worker takes for it beside its model, at most: see docs/summaries.md
SENTENCES = (
    "The pump of station {number} is inspected every {other} days by the team of the {place} depot.",
    "A pressure of more than {other} bar at gate {number} is reported to the {place} control room at once.",
    "In the year {number} the {place} line moved {other} thousand tons of gravel and sand.",
    "The {place} workshop replaces bearing {number} after {other} operating hours.",
    "It was decided that the {place} office hands in report {number} within {other} days.",
)
PLACES = ("northern", "southern", "eastern", "western", "central", "coastal", "upper", "lower", "old", "new")


def handbook() -> bytes:
    """A section a page, and every sentence another one."""
    chosen = random.Random(PAGES)
    return pdf(*([f"Section {page}", *_sentences(chosen)] for page in range(1, PAGES + 1)))


def _sentences(chosen: random.Random, count: int = 22) -> list[str]:
    return [
        chosen.choice(SENTENCES).format(
            number=chosen.randint(10, 999), other=chosen.randint(10, 9999), place=chosen.choice(PLACES)
        )
        for _ in range(count)
    ]


@pytest.fixture
def book(upload: Queue) -> Document:
    document = upload(handbook(), "handbook.pdf")
    assert pipeline.ingest(document.pk)
    document.refresh_from_db()
    return document


def progress(run: Run) -> tuple[list[int], set[int]]:
    """What was done after each event, and of how much."""
    told_of = [event.data for event in told(run) if event.kind == "progress"]
    return [each["done"] for each in told_of], {each["total"] for each in told_of}


def stopped_on_the_way(summary: Summary, monkeypatch: pytest.MonkeyPatch) -> Summary:
    """The person stops it after so many parts."""

    class Watched(work.Stretch):
        def __call__(self) -> None:
            if Part.objects.count() == DONE:
                agents.actions.cancel(summary.run.person, Run.objects.get(pk=summary.run.pk))
                time.sleep(2 * INTERVAL)  # until a stop is heard, the next part may begin
            super().__call__()

    with monkeypatch.context() as patched:
        patched.setattr(work, "Stretch", Watched)
        return done(summary)


def test_two_hundred_pages_are_summarised_stopped_and_taken_up_again(
    asked: Asked, book: Document, employee: User, model: runtime.ModelInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (book.status, Passage.objects.filter(document=book).latest("ordinal").page) == ("ready", PAGES)
    done(asked(employee, text=" ".join(_sentences(random.Random(1)))))  # now the engine has what it takes once
    Part.objects.all().delete()
    forget_peak()
    before = memory()
    stopped = stopped_on_the_way(asked(employee, document=book.pk), monkeypatch)
    assert (stopped.run.status, stopped.run.answer, Part.objects.count()) == ("cancelled", "", DONE)
    assert progress(stopped.run)[0] == list(range(DONE)), "each part was told, and nothing after the stop"
    ended = done(asked(employee, document=book.pk))
    assert (ended.run.status, ended.facts["cached"]) == ("completed", DONE), ended.run.error
    assert steps(ended) == Part.objects.count() - DONE, "what was there is not written again"
    parts = ended.facts["parts"]
    assert parts > 2 * DONE
    assert progress(ended.run) == (list(range(parts + 1)), {parts + 1})
    assert verbatim(ended.run.citations)
    assert peak() - before < MEMORY
