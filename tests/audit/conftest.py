"""The knowledge tests' shelf, for what is found in it; and a chain of its own for every test."""

import pytest

from apps.audit import chain
from tests.knowledge.conftest import shelve

__all__ = ["shelve"]


@pytest.fixture(autouse=True)
def forget_the_head() -> None:
    """The head that was verified last belongs to another test's chain."""
    chain._anchor().unlink(missing_ok=True)
