"""Who answers a question: the agent where an assistant has tools, else the harness that searches and writes once."""

from collections.abc import Callable

from agents.models import Run
from agents.recorder import Recorder

from .agent import Agent
from .limits import GRACE
from .question import Question
from .setup import setup_of

SECONDS = 300.0  # for a question without tools


def carry_out(run: Run, recorder: Recorder, cancelled: Callable[[], bool], deadline: float) -> Question | Agent:
    """An attempt at the question."""
    return kind(run)(run, recorder, cancelled, deadline)


def kind(run: Run) -> type[Question | Agent]:
    """What carries it out. What a run began as it stays."""
    return Agent if run.plan is not None or setup_of(run).tools else Question


def seconds(run: Run) -> float:
    """How long one attempt may take."""
    setup = setup_of(run) if run.input.get("assistant") else None
    return setup.limits.seconds + GRACE if setup and setup.tools else SECONDS
