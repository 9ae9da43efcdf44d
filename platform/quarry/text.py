"""Small things done with people's words."""

import math
from typing import Any


def first_words(text: str, most: int = 80) -> str:
    """The beginning of a text in one line, by which a person knows it again."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def storable(value: Any) -> Any:
    """The same without what PostgreSQL stores in no text: NUL and halves of surrogate pairs. Numbers that JSON does not
    have, such as NaN, become their names."""
    match value:
        case str():
            return value.replace("\x00", "").encode("utf-8", "replace").decode()
        case float() if not math.isfinite(value):
            return str(value)
        case dict():
            return {storable(key): storable(each) for key, each in value.items()}
        case list() | tuple() | set():
            return [storable(each) for each in value]
    return value
