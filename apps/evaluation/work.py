"""Goes through the cases of an evaluation. Each one's outcome is a row of its own, so that nothing is done twice
however often it is interrupted."""

import time
from collections.abc import Callable

from quarry import leases, runtime
from quarry.runtime import RuntimeFault
from quarry.runtime.remote import Unsupported
from quarry.text import storable

from apps.accounts.models import User
from apps.evaluation import actions, office
from apps.evaluation.asking import Asker, Interrupted, Plain
from apps.evaluation.bfcl.solving import Bfcl
from apps.evaluation.harness import Harness
from apps.evaluation.judgement import Benchmark, Judgement
from apps.evaluation.models import Case, Evaluation

BENCHMARKS: dict[str, Callable[[], Benchmark]] = {
    Evaluation.Benchmark.BFCL: Bfcl,
    Evaluation.Benchmark.OFFICE: office.Office,
}
Tell = Callable[[Case], None]


def carry_out(actor: User, evaluation: Evaluation, stopped: Callable[[], bool], tell: Tell) -> str:
    """Tries what was not tried yet, with the model that is loaded; returns the status in the end."""
    status = Evaluation.Status.STOPPED
    error = ""
    try:
        with leases.holding(evaluation) as lost:
            status = _all(evaluation, lambda: stopped() or lost.is_set(), tell)
    except RuntimeFault as fault:
        status, error = Evaluation.Status.FAILED, str(fault)
        raise
    finally:
        actions.end(actor, evaluation, status, error)
    return status


def _all(evaluation: Evaluation, stopped: Callable[[], bool], tell: Tell) -> Evaluation.Status:
    benchmark = BENCHMARKS[evaluation.benchmark]()
    asker = _asker(evaluation, stopped)
    for case in evaluation.cases.filter(right=None):
        if stopped():
            return Evaluation.Status.STOPPED
        try:
            _try(benchmark, asker, case)
        except Interrupted:
            return Evaluation.Status.STOPPED
        tell(case)
    return Evaluation.Status.COMPLETED


def _asker(evaluation: Evaluation, stopped: Callable[[], bool]) -> Asker:
    if not evaluation.harness:
        return Plain(evaluation.model, stopped)
    if evaluation.benchmark == Evaluation.Benchmark.OFFICE:
        return Harness(evaluation.model, stopped, office.today(), office.reading())
    return Harness(evaluation.model, stopped)


def _try(benchmark: Benchmark, asker: Asker, case: Case) -> None:
    begun = time.monotonic()
    try:
        judgement = benchmark.solve(case.category, case.key, asker)
    except Unsupported:  # by the model or what serves it, whatever the case
        raise
    except (runtime.InvalidRequest, runtime.PromptTooLong) as fault:  # of this case, not of the model's state
        judgement = Judgement(False, facts={"why": str(fault)})
    case.right, case.malformed = judgement.right, judgement.malformed
    case.calls, case.facts = storable(judgement.calls), storable(judgement.facts)
    case.seconds = time.monotonic() - begun
    case.save()
