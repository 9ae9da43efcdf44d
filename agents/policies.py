"""Who may do what with a run: its person, and nobody else."""

from quarry.api import Problem
from quarry.api.problem import not_found

from agents.models import Run
from apps.accounts.models import User


def may_see(person: User, run: Run) -> bool:
    return run.person_id == person.pk


def require_owner(person: User, run: Run) -> None:
    """Raises the problem that also stands for a run that does not exist."""
    if not may_see(person, run):
        raise_not_found()


def raise_not_found() -> None:
    problem: Problem = not_found()
    raise problem
