"""Reads, for administrators."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Avg, Count, Min, Q, QuerySet, Sum

from apps.accounts.models import User
from apps.accounts.policies import require_administrator
from apps.evaluation import bfcl
from apps.evaluation.models import Case, Evaluation

PUBLISHED = Path(__file__).with_name("published.toml")


def evaluations(reader: User) -> QuerySet[Evaluation]:
    """All of them, each with how many of its cases there are, were tried and are right."""
    require_administrator(reader)
    return counted(Evaluation.objects.all())


def counted(rows: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    return rows.annotate(
        total=Count("cases"),
        done=Count("cases", filter=Q(cases__right__isnull=False)),
        right=Count("cases", filter=Q(cases__right=True)),
        malformed=Sum("cases__malformed", default=0),
    )


def categories(evaluation: Evaluation) -> list[dict[str, Any]]:
    """The table, in the order of the cases. `accuracy` is of those that were tried, None before the first."""
    tried = Q(right__isnull=False)
    rows = (
        Case.objects.filter(evaluation=evaluation)
        .values("category")
        .annotate(
            first=Min("position"),
            total=Count("pk"),
            done=Count("pk", filter=tried),
            correct=Count("pk", filter=Q(right=True)),
            bad=Sum("malformed"),
            mean=Avg("seconds", filter=tried),
        )
    )
    return [_category(row) for row in rows.order_by("first")]


def published(benchmark: str) -> list[dict[str, Any]]:
    """What publishers report of this benchmark: model and score."""
    figures = _published()
    return [{"model": each["model"], "score": each["score"]} for each in figures if each["benchmark"] == benchmark]


def score(evaluation: Evaluation, table: Sequence[dict[str, Any]]) -> float | None:
    """One figure for all, in per cent; None as long as a category has no case that was tried."""
    if not table or any(row["accuracy"] is None for row in table):
        return None
    if evaluation.benchmark == Evaluation.Benchmark.BFCL:
        return bfcl.overall({row["name"]: row["accuracy"] for row in table})
    return 100 * sum(row["right"] for row in table) / sum(row["done"] for row in table)


@cache
def _published() -> list[dict[str, Any]]:
    return list(tomllib.loads(PUBLISHED.read_text(encoding="utf-8"))["figure"])


def _category(row: Mapping[str, Any]) -> dict[str, Any]:
    done = row["done"]
    return {
        "name": row["category"],
        "total": row["total"],
        "done": done,
        "right": row["correct"],
        "malformed": row["bad"],
        "accuracy": 100 * row["correct"] / done if done else None,
        "seconds": row["mean"],
    }
