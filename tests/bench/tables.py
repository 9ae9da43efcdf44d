"""Tables that can be pasted into Markdown as they are printed."""

import random
import statistics
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The first column to the left, the others to the right."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]

    def row(cells: Sequence[str]) -> str:
        first, *others = (
            c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(cells, widths, strict=True))
        )
        return f"| {' | '.join([first, *others])} |"

    rule = "|".join(["", "-" * (widths[0] + 2), *(f"{'-' * (width + 1)}:" for width in widths[1:]), ""])
    return "\n".join([row(lines[0]), rule, *map(row, lines[1:])])


def middle(numbers: Iterable[float]) -> float:
    """The median of those that are numbers."""
    known = [number for number in numbers if number == number]
    return statistics.median(known) if known else float("nan")


def tokens(count: int, seed: int, below: int = 20_000) -> list[int]:
    """Some prompt of this length, another one for each seed, so that nothing is remembered by accident."""
    chosen = random.Random(seed)
    return [chosen.randrange(300, below) for _ in range(count)]
