"""What is left of a summary when some of its documents may no longer be read."""

import pytest

from agents import withholding
from agents.models import Run
from agents.summaries.styles import Action, minutes

CITATIONS = [{"marker": 1, "withheld": True}, {"marker": 2}]


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_an_owner_and_a_date_go_with_the_task_that_they_are_of(language: str) -> None:
    tasks = [Action("Ask three firms [1]", "Anna Berg", "3 May 2026"), Action("Paint the gate [2]", "Bo Lin", "5 June")]
    text = minutes(["The gate is broken [1]", "It is red [2]"], [], tasks, language)  # type: ignore[arg-type]
    left = withholding.answer(Run.Kind.SUMMARY, text, CITATIONS)
    assert "It is red [2]" in left
    assert "Paint the gate [2]" in left
    assert "Bo Lin" in left
    assert "5 June" in left
    for hidden in ("Anna Berg", "3 May 2026", "broken", "three firms"):
        assert hidden not in left
