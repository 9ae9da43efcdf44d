"""Evaluations as files: measured on one machine, gone on with or looked at on another.

JSON lines in UTF-8. The first is the evaluation with its `format`; each other one is a case, with what the model did.
"""

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model
from quarry.text import storable

from apps.evaluation.models import Case, Evaluation

FORMAT = "quarry-evaluation-1"
EVALUATION = (
    *("id", "benchmark", "model", "model_sha256", "harness", "options"),
    *("machine", "status", "error", "created_at", "ended_at"),
)
CASE = ("position", "category", "key", "right", "malformed", "calls", "facts", "seconds")
SHAPES = {"options": dict, "facts": dict, "calls": list}
Row = TypeVar("Row", bound=Model)


class Unreadable(ValueError):
    """A file that holds no evaluation; says in which line it is wrong."""


def written(evaluation: Evaluation) -> Iterator[str]:
    """The lines, each with its end."""
    yield _line({"format": FORMAT} | {name: getattr(evaluation, name) for name in EVALUATION})
    for case in evaluation.cases.all():
        yield _line({name: getattr(case, name) for name in CASE})


def read(lines: Iterable[str]) -> tuple[Evaluation, list[Case]]:
    """The evaluation and its cases, not yet stored.

    Raises:
        Unreadable: where a line is none of such a file.
    """
    numbered = enumerate(lines, start=1)
    at, head = next(numbered, (1, ""))
    facts = _object(at, head)
    if facts.pop("format", None) != FORMAT:
        raise Unreadable(f"Line 1 does not say that this is {FORMAT}.")
    evaluation = _row(at, Evaluation, EVALUATION, facts)
    cases = dict[str, Case]()
    for at, line in numbered:
        case = _row(at, Case, CASE, _object(at, line))
        if cases.setdefault(case.key, case) is not case:
            raise Unreadable(f"Line {at} has {case.key} a second time.")
    return evaluation, list(cases.values())


def _line(facts: dict[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False, default=str) + "\n"


def _object(at: int, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as fault:
        raise Unreadable(f"Line {at} is no JSON: {fault}") from None
    if not isinstance(found, dict):
        raise Unreadable(f"Line {at} is no JSON object.")
    return found


def _finite(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{text} is no number.")
    return value


def _row(at: int, kind: type[Row], names: Iterable[str], facts: dict[str, Any]) -> Row:
    if facts.keys() != set(names):
        wrong = ", ".join(sorted(facts.keys() ^ set(names)))
        raise Unreadable(f"Line {at} lacks these, or does not know them: {wrong}.")
    shapeless = [name for name, shape in SHAPES.items() if not isinstance(facts.get(name, shape()), shape)]
    if shapeless:
        raise Unreadable(f"Line {at} has another kind of value than expected in: {', '.join(shapeless)}.")
    row = kind(**storable(facts))
    unsaid = [field.name for field in kind._meta.fields if field.null and getattr(row, field.attname) is None]
    try:
        row.clean_fields(exclude=["evaluation", *unsaid])
    except ValidationError as fault:
        raise Unreadable(f"Line {at}: {'; '.join(fault.messages)}") from None
    return row
