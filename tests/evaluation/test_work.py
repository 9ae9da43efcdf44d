"""Evaluations from their beginning to their end, stopped and taken up again in between."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from quarry.api import Problem

from apps.accounts.models import User
from apps.audit.models import Event
from apps.evaluation import actions, office, selectors, work
from apps.evaluation.bfcl import overall
from apps.evaluation.models import Case, Evaluation
from tests.evaluation.scripted import MODEL, scripted
from tests.runtime.conftest import STARTER

pytestmark = pytest.mark.django_db(transaction=True)
RIGHT = [("request_leave", {"kind": "annual", "first_day": "2026-12-07", "last_day": "2026-12-09"})]


def begun(actor: User, limit: int = 3) -> Evaluation:
    facts = {"benchmark": "office", "model": MODEL, "options": {"limit": limit}}
    return actions.begin(actor, facts, office.Office().draw({"limit": limit}))


def carried_out(actor: User, evaluation: Evaluation, most: int = 99) -> tuple[str, list[str]]:
    """The status, and the keys of the cases that were tried; at most so many of them."""
    tried: list[str] = []
    taken = actions.take_up(actor, str(evaluation.pk))
    status = work.carry_out(actor, taken, lambda: len(tried) >= most, lambda case: tried.append(case.key))
    evaluation.refresh_from_db()
    return status, tried


def test_it_goes_on_where_it_was_stopped(administrator: User) -> None:
    evaluation = begun(administrator)
    with scripted(RIGHT, "What do you mean?"):
        assert carried_out(administrator, evaluation, most=1) == ("stopped", ["office_1"])
        assert (evaluation.status, evaluation.lease_until) == ("stopped", None)
        assert carried_out(administrator, evaluation) == ("completed", ["office_2", "office_3"])
        assert carried_out(administrator, evaluation) == ("completed", [])
    assert list(evaluation.cases.values_list("right", flat=True)) == [True, False, False]
    kept = evaluation.cases.get(key="office_2")
    assert (kept.facts["text"], kept.facts["why"]) == ("What do you mean?", "0 calls instead of one")
    assert kept.seconds > 0
    told = Event.objects.filter(action__startswith="evaluation.").order_by("id")
    assert [each.action for each in told] == ["evaluation.begin", *["evaluation.end"] * 3]
    assert told[1].facts == {"status": "stopped", "tried": 1, "right": 1}


def test_a_model_that_fails_ends_it_with_the_reason_and_it_can_go_on(administrator: User) -> None:
    evaluation = begun(administrator)
    with pytest.raises(Exception, match="endpoint"):
        carried_out(administrator, evaluation)  # there is no such endpoint
    evaluation.refresh_from_db()
    assert evaluation.status == "failed"
    assert "endpoint" in evaluation.error
    with scripted(RIGHT):
        assert carried_out(administrator, evaluation)[0] == "completed"
    assert (evaluation.status, evaluation.error) == ("completed", "")


def test_only_one_process_is_at_work_on_it(administrator: User) -> None:
    evaluation = begun(administrator)
    actions.take_up(administrator, str(evaluation.pk))
    with pytest.raises(Problem, match="Another process"):
        actions.take_up(administrator, str(evaluation.pk))


def test_only_administrators_begin_one(employee: User, administrator: User) -> None:
    with pytest.raises(Problem, match="administrators"):
        begun(employee)
    with pytest.raises(Problem, match="nothing to evaluate"):
        actions.begin(administrator, {"benchmark": "office", "model": "m"}, [])
    with pytest.raises(Problem):
        actions.take_up(employee, str(begun(administrator).pk))
    assert Evaluation.objects.count() == 1


def test_the_table_counts_by_category(administrator: User) -> None:
    evaluation = begun(administrator, limit=100)
    Case.objects.filter(category="en").update(right=True, seconds=2)
    Case.objects.filter(key="office_1").update(right=False, malformed=1)
    english, chinese = selectors.categories(evaluation)
    assert (english["name"], english["total"], english["done"], english["right"]) == ("en", 50, 50, 49)
    assert (english["malformed"], english["accuracy"], english["seconds"]) == (1, 98.0, 2.0)
    assert (chinese["done"], chinese["accuracy"], chinese["seconds"]) == (0, None, None)
    assert selectors.score(evaluation, [english, chinese]) is None
    Case.objects.filter(category="zh-Hant").update(right=True)
    assert selectors.score(evaluation, selectors.categories(evaluation)) == 99.0


def test_one_figure_as_the_leaderboard_makes_it() -> None:
    assert overall({"simple": 80, "irrelevance": 40}) == 60
    assert overall({"simple": 80, "multi_turn_base": 10, "multi_turn_miss_func": 30}) == 50
    live = overall({"live_simple": 100, "live_multiple": 0})
    assert live == pytest.approx(100 * 258 / (258 + 1053))


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["office", "--model", "endpoint/gone"], "There is no endpoint/gone"),
        (["office", "--resume", "00000000-0000-4000-8000-000000000000"], "There is no evaluation"),
    ],
)
def test_the_command_says_what_is_wrong(administrator: User, arguments: list[str], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        call_command("bench", *arguments)


@pytest.mark.parametrize("arguments", [["office", "--resume", "x"], ["bfcl", "--categories", "sql"]])
def test_the_command_knows_what_there_is(arguments: list[str], capsys: Any) -> None:
    with pytest.raises(SystemExit):
        call_command("bench", *arguments)
    assert "invalid" in capsys.readouterr().err


def test_the_command_measures_another_runtime_as_well(administrator: User, capsys: Any) -> None:
    with scripted(RIGHT, "What do you mean?"):
        call_command("bench", "office", "--model", MODEL, "--limit", "2")
    said = capsys.readouterr().out
    assert "[1/2] right office_1" in said
    assert "[2/2] WRONG office_2" in said
    assert "score: 50.00" in said
    evaluation = Evaluation.objects.get()
    assert (evaluation.model, evaluation.status, evaluation.harness) == (MODEL, "completed", True)
    assert "cores" in evaluation.machine


def test_what_one_file_was_measured_by_is_not_gone_on_with_by_another(administrator: User, capsys: Any) -> None:
    evaluation = begun(administrator, limit=1)
    Evaluation.objects.update(model_sha256="0" * 64)  # as it was imported from a machine that has another file
    with scripted(RIGHT), pytest.raises(CommandError, match="another file here"):
        call_command("bench", "office", "--resume", str(evaluation.pk))
    assert evaluation.cases.get().right is None
    Evaluation.objects.update(model_sha256="")
    with scripted(RIGHT):
        call_command("bench", "office", "--resume", str(evaluation.pk))
    assert evaluation.cases.get().right is True


@pytest.mark.model
@pytest.mark.usefixtures("starter")
def test_the_starter_calls_well(administrator: User, capsys: Any) -> None:
    call_command("bench", "office", "--model", STARTER, "--limit", "3")
    call_command("bench", "bfcl", "--model", STARTER, "--limit", "1", "--categories", "simple", "live_relevance")
    call_command("bench", "bfcl", "--model", STARTER, "--limit", "1", "--categories", "simple", "--plain")
    ours, theirs, plain = Evaluation.objects.order_by("created_at")
    assert ours.cases.filter(right=True).count() == 3
    assert [each.malformed for each in (*ours.cases.all(), *theirs.cases.all())] == [0] * 5
    assert theirs.cases.filter(right=True).exists()
    assert plain.cases.filter(right=None).count() == 0
    assert ours.model_sha256
