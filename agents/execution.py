"""Carrying a run out, once, by whichever worker takes it first."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from quarry import events, leases, runtime
from quarry.api.problem import OUTAGES
from quarry.text import storable

from agents import actions, kinds, queue
from agents.approvals import actions as approvals
from agents.loop.outcome import Outcome, TimeLimit
from agents.models import Run, Step
from agents.recorder import Overtaken, Recorder
from apps.audit import record

LONGEST_PAUSE = 5.0  # seconds until a run that the runtime had no room for is tried again
CODES = {runtime.InvalidRequest: "invalid-request", runtime.PromptTooLong: "context-length"}
logger = logging.getLogger(__name__)


def execute_next() -> None:
    """Takes the next run that waits, and brings it to an end."""
    run_id = queue.take()
    if run_id is not None:
        _carry_out(run_id)


def execute(run_id: UUID | str) -> None:
    """Takes the run if it still waits, and brings it to an end. A second call for the same run does nothing."""
    if queue.claim(run_id):
        _carry_out(run_id)


def _carry_out(run_id: UUID | str) -> None:
    run = Run.objects.select_related("person").filter(pk=run_id).first()
    if run is None:
        return  # deleted with its conversation, just now
    try:
        queue.announce_positions()
        with leases.holding(run) as lost, events.Publisher(run.id) as publisher:
            _attempt(run, Recorder(run, publisher), lost.is_set)
    except OUTAGES:
        # The row cannot be written now. Its lease runs out, and the run is taken up again.
        logger.warning("Run %s was interrupted: the database or Valkey went away", run.id)


def _attempt(run: Run, recorder: Recorder, lost: Callable[[], bool]) -> None:
    kind = kinds.of(run)
    deadline = time.monotonic() + kind.seconds
    asked = events.cancel_check(run.id, deadline)
    try:
        outcome = kind.maker(run, recorder, lambda: asked() or lost(), deadline).answer()
        if outcome.cancelled and time.monotonic() > deadline:
            raise TimeLimit
        recorder.flush()
        finish(run, outcome)
    except OUTAGES:
        raise
    except Overtaken:
        logger.info("Run %s went to another worker", run.id)
    except kinds.Later as later:
        queue.park(run, later.delay)
    except TimeLimit:
        actions.fail(run, "The time limit was reached", f"No answer within {kind.seconds:.0f} seconds.", "time-limit")
    except runtime.RuntimeFault as fault:
        if not _put_back(run, recorder, fault):
            actions.fail(run, "The model cannot answer", str(fault), CODES.get(type(fault), "model"))
    except Exception:
        if not Run.objects.filter(pk=run.pk).exists():
            logger.info("Run %s was deleted while it was worked on", run.id)
            return
        logger.exception("Run %s failed", run.id)
        actions.fail(run, "Something went wrong on our side", "The error was logged; an administrator finds it there.")


def _put_back(run: Run, recorder: Recorder, fault: runtime.RuntimeFault) -> bool:
    """A run for which the runtime has no room waits again, as long as nobody has read a word of it and it is young."""
    if not isinstance(fault, runtime.EngineBusy) or recorder.told:
        return False
    if (timezone.now() - _came_on(run)).total_seconds() > kinds.of(run).seconds:
        return False
    actions.end_steps(run, str(fault))
    return queue.put_back(run, min(fault.retry_after, LONGEST_PAUSE))


def _came_on(run: Run) -> datetime:
    """When it last came on: an agent's run may be days old."""
    last = run.steps.filter(kind=Step.Kind.TOOL).aggregate(last=Max("ended"))["last"]
    return max(run.created_at, last or run.created_at)


def finish(run: Run, outcome: Outcome) -> None:
    """Writes the outcome, if the run is still ours, and tells those who follow it."""
    if outcome.waiting:
        approvals.park(run)
    else:
        _finish(run, outcome)


@transaction.atomic
def _finish(run: Run, outcome: Outcome) -> None:
    status = Run.Status.CANCELLED if outcome.cancelled else Run.Status.COMPLETED
    changes = {
        "status": status,
        "answer": storable(outcome.answer),
        "citations": outcome.citations,
        "result": outcome.result,
        "usage": outcome.usage,
        "model": outcome.model.id if outcome.model else "",
        "model_sha256": outcome.model.sha256 if outcome.model else "",
        "ended_at": timezone.now(),
    }
    if not leases.release(leases.held(Run.objects.filter(status=Run.Status.RUNNING), run), **changes):
        return  # another worker took it over
    run.refresh_from_db()
    actions.end_waiting(run)
    record(run.person, f"{run.kind}.answer", run, _answer_facts(run, outcome))
    transaction.on_commit(lambda: actions.announce_end(run))


def _answer_facts(run: Run, outcome: Outcome) -> dict[str, object]:
    facts: dict[str, object] = {"status": run.status, "model": run.model, "model_sha256": run.model_sha256}
    if run.kind == Run.Kind.COMPLETION:
        facts |= {"usage": outcome.usage}
    if outcome.result is not None:
        return facts
    if run.plan is not None:
        facts |= {"called": list(run.steps.filter(kind=Step.Kind.TOOL).values_list("name", flat=True))}
    return facts | {
        "found": [passage.facts() for passage in outcome.found],
        "cited": [citation["passage_id"] for citation in outcome.citations],
        "declined": outcome.declined,
    }
