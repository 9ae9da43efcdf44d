"""Evaluations over the API: for administrators, with their tables and what others report."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.evaluation import actions
from apps.evaluation.models import Case, Evaluation
from apps.evaluation.selectors import published

pytestmark = pytest.mark.django_db
PATH = "/api/v1/evaluations"


@pytest.fixture
def evaluation(db: None) -> Evaluation:
    made = Evaluation.objects.create(benchmark="bfcl", model="granite-4.0-h-350m", options={"seed": 1, "limit": 2})
    for position, right in enumerate((True, False, None)):
        category = "simple" if position < 2 else "irrelevance"
        Case.objects.create(
            evaluation=made, position=position, category=category, key=f"{position}", right=right, malformed=position
        )
    return made


@pytest.fixture
def api(client_for: Any, administrator: User) -> APIClient:
    return client_for(administrator)  # type: ignore[no-any-return]


def test_the_list_is_short_and_in_pages(api: APIClient, evaluation: Evaluation) -> None:
    Evaluation.objects.create(benchmark="office", model="m", harness=False)
    page = api.get(PATH, {"limit": 1}).json()
    (newest,) = page["results"]
    assert (newest["benchmark"], newest["total"], newest["malformed"]) == ("office", 0, 0)
    assert "categories" not in newest
    (older,) = api.get(PATH, {"limit": 1, "cursor": page["next"]}).json()["results"]
    assert [older[name] for name in ("id", "total", "done", "right")] == [str(evaluation.pk), 3, 2, 1]


def test_one_has_its_table_and_the_published_figures(api: APIClient, evaluation: Evaluation) -> None:
    found = api.get(f"{PATH}/{evaluation.pk}").json()
    simple, irrelevance = found["categories"]
    assert (simple["name"], simple["done"], simple["right"], simple["malformed"]) == ("simple", 2, 1, 1)
    assert (simple["accuracy"], irrelevance["accuracy"], found["score"]) == (50.0, None, None)
    assert {"model": "granite-4.0-h-350m", "score": 43.32} in found["published"]
    Case.objects.filter(right=None).update(right=True)
    assert api.get(f"{PATH}/{evaluation.pk}").json()["score"] == 75.0


@pytest.mark.parametrize(("seconds", "status"), [(15, "running"), (-1, "stopped")])
def test_one_whose_process_was_killed_is_not_running(
    seconds: int, status: str, api: APIClient, evaluation: Evaluation, administrator: User
) -> None:
    actions.take_up(administrator, str(evaluation.pk))
    Evaluation.objects.update(lease_until=timezone.now() + timedelta(seconds=seconds))
    assert api.get(f"{PATH}/{evaluation.pk}").json()["status"] == status
    assert api.get(PATH).json()["results"][0]["status"] == status


def test_the_reason_of_a_failure_is_told_in_the_readers_language(api: APIClient, evaluation: Evaluation) -> None:
    Evaluation.objects.update(status="failed", error="llama.cpp cannot read the grammar.")
    told = api.get(f"{PATH}/{evaluation.pk}", headers={"Accept-Language": "zh-TW"}).json()
    assert told["error"] == "llama.cpp 無法讀取此文法。"


@pytest.mark.parametrize("path", [PATH, f"{PATH}/00000000-0000-4000-8000-000000000000"])
def test_employees_and_narrow_keys_are_refused(client_for: Any, administrator: User, employee: User, path: str) -> None:
    assert client_for(employee).get(path).status_code == 403
    assert client_for(administrator, "read").get(path).status_code == 403
    assert client_for(None).get(path).status_code == 401


def test_others_report_of_bfcl_only() -> None:
    assert len(published("bfcl")) == 8
    assert published("office") == []
