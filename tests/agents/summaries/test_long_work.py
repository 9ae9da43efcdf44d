"""Long summaries: kept by content, taken up again after a worker died, stopped, and never in the way of questions."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from quarry import events, runtime

import agents.actions
from agents import execution, queue, recovery
from agents.models import Run
from agents.summaries import cache, keys, work
from agents.summaries.chapters import Chapter
from agents.summaries.lines import Line, Text
from agents.summaries.models import Part, Summary
from agents.summaries.pipeline import Order, Pipeline
from agents.summaries.writer import Stopped, Writer, Written
from apps.accounts.models import User
from apps.knowledge.models import Document
from tests.agents.summaries.conftest import Asked, done
from tests.agents.summaries.texts import model_info
from tests.fixtures.runs import Ask, told

pytestmark = pytest.mark.django_db(transaction=True)


def steps(summary: Summary) -> int:
    return summary.run.steps.filter(status="completed").count()


def test_the_same_is_not_written_twice(
    asked: Asked, handbook: Document, employee: User, stranger: User, model: runtime.ModelInfo
) -> None:
    first = done(asked(employee, document=handbook.pk))
    again = done(asked(stranger, document=handbook.pk))
    assert (steps(first), steps(again)) == (4, 0)
    assert again.run.answer == first.run.answer
    assert (first.facts["cached"], again.facts["cached"]) == (0, 4)
    other = done(asked(employee, document=handbook.pk, style="bullets"))
    assert steps(other) == 4


def test_what_another_model_wrote_is_another_thing(
    asked: Asked, handbook: Document, employee: User, model: runtime.ModelInfo
) -> None:
    done(asked(employee, document=handbook.pk))
    Part.objects.update(model="another")
    assert steps(done(asked(employee, document=handbook.pk))) == 4


def test_parts_that_nobody_asks_for_are_forgotten(
    asked: Asked, handbook: Document, employee: User, model: runtime.ModelInfo
) -> None:
    done(asked(employee, document=handbook.pk))
    assert cache.forget() == 0
    Part.objects.update(used_at=timezone.now() - cache.KEPT - timedelta(days=1))
    done(asked(employee, document=handbook.pk))
    assert cache.forget() == 0, "they were of use just now"
    Part.objects.update(used_at=timezone.now() - cache.KEPT - timedelta(days=1))
    assert cache.forget() == 4


class Dying(work.Stretch):
    """A worker that loses the database after its second part."""

    parts = 0

    def __call__(self) -> None:
        Dying.parts += 1
        if Dying.parts == 2:
            raise OperationalError("the connection is gone")
        super().__call__()


def test_a_worker_that_dies_is_replaced_and_its_parts_are_kept(
    asked: Asked, handbook: Document, employee: User, model: runtime.ModelInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = asked(employee, document=handbook.pk)
    monkeypatch.setattr(work, "Stretch", Dying)
    execution.execute(summary.run.pk)
    assert Run.objects.get().status == "running"
    assert Part.objects.count() == 2
    Run.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    recovery.recover()
    ended = done(summary)
    assert (ended.run.status, ended.run.attempts, ended.facts["cached"]) == ("completed", 2, 2)
    assert [event.kind for event in told(ended.run)].count("restart") == 1
    assert steps(ended) == 4, "each part was written once"


def test_a_question_does_not_wait_for_a_long_summary(
    asked: Asked,
    ask: Ask,
    handbook: Document,
    employee: User,
    stranger: User,
    model: runtime.ModelInfo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(work, "STRETCH", 0.0)
    summary, order = asked(employee, document=handbook.pk), list[str]()
    execution.execute_next()
    assert Run.objects.get(pk=summary.run.pk).status == "completed", "nobody waits, so it goes on"
    summary = asked(employee, document=handbook.pk, length="long")
    questions = [ask(stranger, "Hello!"), ask(employee, "Hello!")]
    for _ in range(9):
        waiting = list(Run.objects.filter(status="queued").values_list("pk", flat=True))
        execution.execute_next()
        order += [run.kind for run in Run.objects.filter(pk__in=waiting, status="completed")]
    assert order == ["question", "question", "summary"]
    summary.run.refresh_from_db()
    assert (summary.run.attempts, {each.status for each in questions}) == (1, {"queued"})


def test_parking_keeps_the_place_of_others(ask: Ask, employee: User, stranger: User) -> None:
    long, short = ask(employee), ask(employee)
    assert queue.claim(long.pk)
    long.refresh_from_db()
    assert queue.park(long)
    assert list(queue.waiting()) == [short.pk, long.pk], "one's own newer question comes first"
    other = ask(stranger)
    assert next(iter(queue.waiting())) == other.pk, "and so does somebody who was not served yet"
    long.refresh_from_db()
    assert (long.status, long.attempts, long.lease_owner) == ("queued", 0, "")
    assert not queue.park(long), "it is not this worker's any more"


def test_a_summary_is_stopped_while_it_waits_and_while_it_is_worked_on(
    asked: Asked, handbook: Document, employee: User, model: runtime.ModelInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = asked(employee, document=handbook.pk)
    agents.actions.cancel(employee, waiting.run)
    assert Run.objects.get(pk=waiting.run.pk).status == "cancelled"
    summary = asked(employee, document=handbook.pk)

    class Stopping(work.Stretch):
        def __call__(self) -> None:
            events.request_cancel(summary.run.pk)
            super().__call__()

    monkeypatch.setattr(work, "Stretch", Stopping)
    monkeypatch.setattr(events.cancel, "INTERVAL", 0.0)
    stopped = done(summary)
    assert (stopped.run.status, stopped.run.answer) == ("cancelled", "")
    assert Part.objects.count() == 1
    monkeypatch.undo()


def test_a_run_that_is_stopped_within_a_part_writes_nothing_of_it(
    asked: Asked, handbook: Document, employee: User, model: runtime.ModelInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary, generate = asked(employee, document=handbook.pk), runtime.generate

    def stopping(*given: Any, **more: Any) -> Any:
        events.request_cancel(summary.run.pk)
        return generate(*given, **more)

    monkeypatch.setattr(runtime, "generate", stopping)
    monkeypatch.setattr(events.cancel, "INTERVAL", 0.0)
    stopped = done(summary)
    assert stopped.run.status == "cancelled"
    assert [step.status for step in stopped.run.steps.all()] == ["failed"]
    assert Part.objects.count() == 0


@pytest.mark.parametrize("rows", [False, True])  # from the beginning, and for the tasks at the end
def test_of_many_texts_the_next_is_not_read_when_it_is_stopped(rows: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules read them: no model is asked that would hear of the stop."""
    read, candidates = [0], keys.candidates

    def counted(texts: list[Text], part: Chapter, with_rows: bool) -> list[Line]:
        read[0] += with_rows is rows
        return candidates(texts, part, with_rows)

    monkeypatch.setattr(keys, "candidates", counted)
    texts = [Text(f"Meeting {number}", f"The gate of hall {number} was discussed.") for number in range(40)]
    writer = Writer(lambda: read[0] > 0)
    monkeypatch.setattr(writer, "write", lambda *_: Written("", "stop", model_info(), {}))
    with pytest.raises(Stopped):
        Pipeline(texts, Order(style="minutes", method="parts"), writer, lambda: None).run()
    assert read[0] == 1


def test_a_busy_engine_lets_the_run_wait(
    asked: Asked, handbook: Document, employee: User, model: runtime.ModelInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = asked(employee, document=handbook.pk)

    def busy(*_: Any, **__: Any) -> Any:
        raise runtime.EngineBusy(1.0)

    with monkeypatch.context() as patched:
        patched.setattr(runtime, "generate", busy)
        execution.execute(summary.run.pk)
    summary.run.refresh_from_db()
    assert (summary.run.status, summary.run.attempts) == ("queued", 0)
    assert done(summary).run.status == "completed"
