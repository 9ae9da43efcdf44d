"""The tasks, as the benchmark's files give them."""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLASSES = {
    "GorillaFileSystem": "gorilla_file_system",
    "MathAPI": "math_api",
    "MessageAPI": "message_api",
    "TwitterAPI": "posting_api",
    "TicketAPI": "ticket_api",
    "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking",
    "VehicleControlAPI": "vehicle_control",
}


@dataclass(frozen=True)
class Task:
    """One task: `facts` is the benchmark's own entry; `turns` are what people say, turn by turn; `functions` what is
    offered from the start, `later` from which turn on more is; `answer` the right calls, None where only their number
    counts."""

    key: str
    category: str
    facts: dict[str, Any]
    turns: list[list[dict[str, str]]]
    functions: list[dict[str, Any]]
    later: dict[int, list[dict[str, Any]]]
    answer: list[Any] | None

    @property
    def several_turns(self) -> bool:
        return self.category.startswith("multi_turn")


def tasks(folder: Path, category: str) -> list[Task]:
    """All tasks of a category, in the benchmark's order."""
    data = folder / "bfcl" / "data"
    name = f"BFCL_v3_{category}.json"
    answers = data / "possible_answer" / name
    right = {_number(each["id"]): each["ground_truth"] for each in _lines(answers)} if answers.exists() else {}
    entries = list(_lines(data / name))
    return [
        _task(data, category, key, each, right.get(_number(each["id"])))
        for key, each in zip(_keys(entries), entries, strict=True)
    ]


def sample(folder: Path, category: str, limit: int | None, seed: int) -> list[Task]:
    """So many tasks, drawn by the seed; the same whatever else is drawn. All where there is no limit."""
    found = tasks(folder, category)
    if limit is None or limit >= len(found):
        return found
    return random.Random(f"{seed}:{category}").sample(found, limit)  # noqa: S311


def _keys(entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A key for each: its own, which two different tasks of the benchmark share."""
    seen = Counter[str]()
    for each in entries:
        key = each["id"]
        seen[key] += 1
        yield key if seen[key] == 1 else f"{key} ({seen[key]})"


def _task(data: Path, category: str, key: str, facts: dict[str, Any], answer: list[Any] | None) -> Task:
    functions = facts.get("function")
    if functions is None:
        functions = [each for name in facts["involved_classes"] for each in documented(data, name)]
    functions, later = _held_back(functions, facts.get("missed_function", {}))
    return Task(key, category, facts, facts["question"], functions, later, answer)


def documented(data: Path, name: str) -> list[dict[str, Any]]:
    """The functions of one of the benchmark's simulated services."""
    return list(_lines(data / "multi_turn_func_doc" / f"{CLASSES[name]}.json"))


def _held_back(
    functions: list[dict[str, Any]], missed: dict[str, list[str]]
) -> tuple[list[dict[str, Any]], dict[int, list[dict[str, Any]]]]:
    later = {int(turn): [f for f in functions if f["name"] in names] for turn, names in missed.items()}
    hidden = {name for names in missed.values() for name in names}
    return [each for each in functions if each["name"] not in hidden], later


def _number(key: str) -> str:
    """Keys of live tasks end in where they came from, and one of them differs between tasks and answers."""
    return key.partition("-")[0]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())
