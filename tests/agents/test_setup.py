"""What an assistant's version says, and how far."""

from typing import Any

import pytest

from agents.assistants.models import Assistant, Version
from agents.loop import assistant
from agents.loop.agent import Agent
from agents.loop.limits import CEILINGS, GRACE, Limits, limits
from agents.loop.question import Question
from agents.loop.setup import setup_of
from agents.models import Run
from apps.accounts.models import User


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        (None, Limits()),
        ({}, Limits()),
        ({"steps": 3}, Limits(steps=3)),
        ({"cost": 0.5}, Limits(cost=0.5)),
        ({"cost": -1}, Limits()),
        ({"cost": "free"}, Limits()),
        ({"steps": 10_000, "seconds": 10**9}, Limits(steps=CEILINGS.steps, seconds=CEILINGS.seconds)),
        ({"steps": 0, "calls": -5}, Limits(steps=1, calls=1)),
        ({"steps": "many", "tokens": None, "calls": True, "other": 1}, Limits()),
    ],
)
def test_limits_are_the_versions_within_the_ceilings(wanted: Any, got: Limits) -> None:
    assert limits(wanted) == got


@pytest.mark.parametrize(
    ("run", "version", "both"),
    [
        (None, None, None),
        (["a"], None, ["a"]),
        (None, ["b"], ["b"]),
        (["a", "b"], ["b", "c"], ["b"]),
        (["a"], ["b"], []),
        ([], None, []),
        (None, [], []),
    ],
)
def test_collections_are_those_that_both_allow(run: Any, version: Any, both: Any, db: None, employee: User) -> None:
    made = _run(employee, {"collections": run}, collections=version)
    assert setup_of(made).collections == both


def test_the_runs_own_models_come_first(db: None, employee: User) -> None:
    assert setup_of(_run(employee, {}, model_order=["endpoint/a"])).models == ["endpoint/a"]
    assert setup_of(_run(employee, {"models": ["embedded"]}, model_order=["endpoint/a"])).models == ["embedded"]
    assert setup_of(_run(employee, {})).models is None


def test_tools_make_an_agent_of_it_and_give_it_its_time(db: None, employee: User) -> None:
    with_tools, without = _run(employee, {}, tools=["x"], limits={"seconds": 900}), _run(employee, {})
    assert assistant.seconds(with_tools) == 900 + GRACE
    assert assistant.seconds(without) == assistant.SECONDS
    assert assistant.kind(with_tools) is Agent
    assert assistant.kind(without) is Question


def test_a_version_that_is_gone_is_nobody(db: None, employee: User) -> None:
    run = _run(employee, {"collections": ["a"]}, tools=["x"])
    Assistant.objects.update(published=None)
    Version.objects.all().delete()
    assert setup_of(run).collections == ["a"]
    assert setup_of(run).tools == ()


def _run(person: User, asked: dict[str, Any], **fields: Any) -> Run:
    row, _ = Assistant.objects.get_or_create(slug="helper")
    version = Version.objects.create(assistant=row, number=row.versions.count() + 1, name="Helper", **fields)
    named = {"id": str(row.pk), "slug": "helper", "name": "Helper", "version": str(version.pk)}
    return Run(person=person, input={"question": "Hello?", "assistant": named, **asked})
