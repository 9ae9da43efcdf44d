"""Right answers of the benchmark, as calls."""

from typing import Any

from apps.evaluation.bfcl.data import Task


def calls(task: Task) -> list[dict[str, Any]]:
    """The right calls, each argument the first value that is allowed for it. Where one function is offered, the
    benchmark overlooks how the answer names it."""
    found = [{name: _arguments(allowed) for name, allowed in call.items()} for call in task.answer or []]
    if len(task.functions) == 1:
        return [{task.functions[0]["name"]: next(iter(call.values()))} for call in found]
    return found


def _arguments(allowed: dict[str, list[Any]]) -> dict[str, Any]:
    given = {name: [value for value in values if value != ""] for name, values in allowed.items()}
    return {name: _plain(values[0]) for name, values in given.items() if values}


def _plain(value: Any) -> Any:
    """Within an object, every field again has a list of what is allowed."""
    if isinstance(value, dict):
        listed = {key: each if isinstance(each, list) else [each] for key, each in value.items()}
        return _arguments(listed)
    return [_plain(each) for each in value] if isinstance(value, list) else value
