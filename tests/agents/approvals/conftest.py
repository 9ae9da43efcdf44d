"""Runs that wait for people, and people who decide."""

from typing import Any

import pytest

from agents.models import Run
from agents.tools.models import Operation
from tests.agents.acting import carried_out, operation
from tests.agents.approvals.deciding import MONDAY


@pytest.fixture
def book(db: None) -> Operation:
    """Writes, and people are always asked."""
    return operation("book", writes=True, needs_approval="always", title="Book leave", description="Books a day off.")


@pytest.fixture
def waiting(book: Operation, hand_over: Any, script: Any) -> Run:
    """A run that waits before it books Monday, and answers after it."""
    script([("book", MONDAY)], "Settled.")
    run = carried_out(hand_over())
    assert run.status == "awaiting_approval", run.error
    return run
