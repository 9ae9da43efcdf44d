"""What operations and arguments are called."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container

from .words import visible

LONGEST_NAME, LONGEST_FUNCTION, LONGEST_ARGUMENT = 120, 64, 64


def operation(method: str, path: str, given: str, taken: Container[str]) -> str:
    """The document's own name, or one from method and path; once in a tool, and without a slash."""
    name = re.sub(r"\s+", "_", visible(given).strip()).replace("/", ".")[:LONGEST_NAME]
    if not name or name in taken:
        words = re.sub(r"[^\w.-]+", "_", path.replace("{", "by_")).strip("_")
        name = f"{method}_{words}"[:LONGEST_NAME].rstrip("_")
    return _once(name, taken, LONGEST_NAME)


def function(name: str, method: str, path: str, taken: Container[str]) -> str:
    """What the model calls it by: letters, digits, `_` and `-` only."""
    for given in (name, f"{method}_{path}"):
        made = re.sub(r"_+", "_", re.sub(r"[^A-Za-z0-9_-]+", "_", given)).strip("_-")
        if len(made) > len(method) + 1 or (given == name and len(made) > 2):
            return _once(_cut(made), taken, LONGEST_FUNCTION)
    return _once(f"{method}_{_digest(path)}", taken, LONGEST_FUNCTION)


def argument(name: str, where: str, taken: Container[str]) -> str:
    """A parameter's own name as far as it is one; where two share it, the place tells them apart."""
    told = visible(name).strip().replace("<", "_before").replace(">", "_after")
    told = told.lstrip("$") if told in ("$ref", "$defs") else told
    made = re.sub(r"[^\w.$@:\[\]-]+", "_", told)[:LONGEST_ARGUMENT] or where
    return _once(f"{made}_{where}" if made in taken else made, taken, LONGEST_ARGUMENT + 10)


def _once(name: str, taken: Container[str], most: int) -> str:
    found, number = name, 2
    while found in taken:
        found = f"{name[: most - 5]}_{number}"
        number += 1
    return found


def _cut(name: str) -> str:
    """Long names differ at their ends."""
    return name if len(name) <= LONGEST_FUNCTION else f"{name[: LONGEST_FUNCTION - 9]}_{_digest(name)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
