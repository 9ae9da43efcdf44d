"""Tables for a terminal."""

from collections.abc import Sequence
from typing import Any


def table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns under headings; numbers are bytes, said in MB and to the right."""
    texts = [list(headings), *([_text(cell) for cell in row] for row in rows)]
    widths = [max(len(row[n]) for row in texts) for n in range(len(headings))]
    right = [bool(rows) and isinstance(rows[0][n], int) for n in range(len(headings))]
    lines = (
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width) for cell, width, to_right in zip(*each, strict=True)
        )
        for each in ((row, widths, right) for row in texts)
    )
    return "\n".join(line.rstrip() for line in lines)


def state(entry: dict[str, Any]) -> str:
    """A model's state in a word or two."""
    if entry["refused"]:
        return "refused"
    if entry["active"]:
        return "loaded"
    if entry["installed"]:
        return "verified" if entry["verified"] else "here, not verified"
    return "can be pulled" if entry["fits"] else "does not fit"


def _text(cell: Any) -> str:
    return f"{cell / 1e6:,.0f} MB" if isinstance(cell, int) else str(cell)
