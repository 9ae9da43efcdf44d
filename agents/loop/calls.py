"""Carrying out what the model wants called: what may be, at once where that is safe, and after people have agreed
where they must.

A call gets its answer exactly once. Reading is simply done again where a worker died over it. Writing never is: whether
it happened cannot be known from here, so a person is told that it may have, and decides.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction
from django.utils import timezone
from quarry import leases

from agents.approvals import actions as approvals
from agents.approvals.models import Approval
from agents.models import Run, Step
from agents.recorder import Overtaken, Recorder
from agents.tools import calling, registry
from agents.tools.types import Context, Function, ToolError

from . import asking
from .answers import Answers
from .asking import Job
from .transcript import Transcript, Wanted

AT_ONCE = 4
CLOSED = "The function {name} is not available any more. Go on without it."
CHANGED = "The arguments are not those that were agreed to, so this was not done."


class Caller(Answers):
    """Carries out one turn's calls."""

    def __init__(
        self, transcript: Transcript, recorder: Recorder, cancelled: Callable[[], bool], deadline: float
    ) -> None:
        super().__init__(transcript, recorder)
        self.run, self.cancelled = transcript.run, cancelled
        self.recorder: Recorder = recorder
        self.context = Context(
            self.run.person, self.run, self.plan.collections, self.plan.language, cancelled, deadline
        )

    def carry_out(self, pending: Sequence[Wanted]) -> bool:
        """Answers the calls that can be answered now. True where the rest waits for people."""
        functions = {each.operation: each for each in registry.functions(self.run.person, self.plan.tools)}
        reading, writing = list[Job](), list[Job]()
        for wanted in pending:
            job = self._ready(wanted, functions)
            if job is not None:
                (writing if job.writes else reading).append(job)
        self._read(reading)
        for job in writing:
            self._write(job)
        return bool(self.transcript.pending) and not self.cancelled()

    # -- whether it may be made ---------------------------------------------------------------------------------------

    def _ready(self, wanted: Wanted, functions: Mapping[str, Function]) -> Job | None:
        """The call if it is to be made now; None where it was answered otherwise, or waits."""
        if self.is_read_more(wanted):
            self.read_more(wanted)
            return None
        offered = self.plan.function(wanted.name)
        function = functions.get(offered.operation) if offered else None
        if offered is None or function is None:
            closed = ToolError(CLOSED.format(name=wanted.name))
            self.answer_error(wanted, closed if offered else self.unknown(wanted))
            return None
        job = Job(wanted, offered, function)
        last = wanted.steps[-1] if wanted.steps else None
        if last is not None and last.status == Step.Status.WAITING:
            return self._decided(job, last)
        if last is not None and job.writes:
            self._ask(job, Approval.Why.INTERRUPTED)
            return None
        return job if last is not None else self._first(job)

    def _first(self, job: Job) -> Job | None:
        """A call that was never tried: within bounds, new, of the right form, and nobody to be asked?"""
        try:
            self.refuse(job.wanted, job.function.parameters, job.writes)
        except ToolError as error:
            self.answer_error(job.wanted, error)
            return None
        why, details = asking.why(job, self.transcript)
        if why:
            self._ask(job, why, details)
            return None
        return job

    # -- people -------------------------------------------------------------------------------------------------------

    def _ask(self, job: Job, why: str, details: Sequence[str] = ()) -> None:
        with transaction.atomic():
            self._hold()
            step = self.begun(job.wanted, job.offered, Step.Status.WAITING, told=False)
            approvals.ask(step, asking.question(job, why, details))
        self.recorder.tell(step)
        self.transcript.add(step)

    def _decided(self, job: Job, step: Step) -> Job | None:
        """What became of the question: None while it waits, or where it is answered by a refusal."""
        approval = Approval.objects.get(step=step)
        if approval.status == Approval.Status.PENDING:
            return None
        if approval.status == Approval.Status.APPROVED:
            return self._approved(job, step, approval)
        self._resume(step)
        step.memory["asked"] = True  # nobody is asked the same again
        self.settle_error(job.wanted, step, ToolError(asking.refusal(approval)))
        return None

    def _approved(self, job: Job, step: Step, approval: Approval) -> Job | None:
        job.step = step
        same = approval.digest == job.wanted.digest and step.arguments == job.wanted.arguments
        if not same or approval.operation.hex != job.offered.operation.replace("-", ""):
            self._resume(step)
            self.settle_error(job.wanted, step, ToolError(CHANGED))
            return None
        return job

    def _resume(self, step: Step) -> None:
        """Ends a step's waiting, for one worker only."""
        changes = {"status": Step.Status.RUNNING, "started": timezone.now(), "attempt": self.run.attempts}
        waiting = Step.objects.filter(pk=step.pk, status=Step.Status.WAITING)
        with transaction.atomic():
            self._hold()
            if not waiting.update(**changes):
                raise Overtaken
        step.refresh_from_db()

    # -- making it ----------------------------------------------------------------------------------------------------

    def _read(self, jobs: Sequence[Job]) -> None:
        """Makes the calls side by side: none changes anything, so none can be in another's way."""
        steps = [self._making(job) for job in jobs]
        if len(steps) > 1:
            with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="call") as pool:
                list(pool.map(self._in_thread, jobs))
        else:
            for job in jobs:
                self._call(job)
        for job in jobs:
            self._settle(job)

    def _in_thread(self, job: Job) -> None:
        try:
            self._call(job)
        finally:
            connection.close()

    def _write(self, job: Job) -> None:
        """Makes a call that changes something, if the run is still ours and wanted."""
        if self.cancelled():
            return
        self._making(job)
        self._call(job)
        self._settle(job)

    def _making(self, job: Job) -> Step:
        """The step of a call that is made now: a new one, or the one that waited for people."""
        if job.step is not None:
            self._resume(job.step)
        else:
            with transaction.atomic():
                self._hold()
                job.step = self.begun(job.wanted, job.offered, told=False)
        self.recorder.tell(job.step)
        self.recorder.publish("tool_call", {"step": str(job.step.pk), "name": job.step.name, "title": job.step.title})
        return job.step

    def _hold(self) -> None:
        """Makes sure that the run is this worker's, until the transaction ends."""
        mine = leases.held(Run.objects.filter(status=Run.Status.RUNNING), self.run)
        if not mine.select_for_update().exists():
            raise Overtaken

    def _call(self, job: Job) -> None:
        try:
            job.result = calling.call(job.function, self.context, job.wanted.arguments)
        except ToolError as error:
            job.error = error
        if job.step is not None:
            job.step.ended = timezone.now()

    # -- what the model is told ---------------------------------------------------------------------------------------

    def _settle(self, job: Job) -> None:
        if job.step is None:
            return
        if job.error is not None:
            self.settle_error(job.wanted, job.step, job.error)
        elif job.result is not None:
            self.settle(job.wanted, job.step, job.result)

    def answer_error(self, wanted: Wanted, error: ToolError) -> None:
        """What waited for people does so no longer."""
        waiting = next((each for each in wanted.steps if each.status == Step.Status.WAITING), None)
        if waiting is None:
            super().answer_error(wanted, error)
        else:
            self._resume(waiting)
            self.settle_error(wanted, waiting, error)
