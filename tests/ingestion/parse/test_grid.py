"""Cells that span columns and rows."""

import pytest

from ingestion.parse.grid import Cell, filled, span


@pytest.mark.parametrize(
    ("rows", "plain"),
    [
        ([[("a", 1, 2), ("b", 1, 1)], [("c", 1, 1)]], [["a", "b"], ["a", "c"]]),
        (
            [[("a", 1, 1), ("b", 1, 3)], [("c", 1, 1)], [("d", 1, 1)], [("e", 1, 1)]],
            [["a", "b"], ["c", "b"], ["d", "b"], ["e"]],
        ),
        ([[("x", 2, 2), ("y", 1, 1)], [("z", 1, 1)]], [["x", "x", "y"], ["x", "x", "z"]]),
        ([[("a", 1, 2), ("b", 1, 2)], []], [["a", "b"], ["a", "b"]]),
    ],
)
def test_every_row_shows_what_applies_to_it(rows: list[list[Cell]], plain: list[list[str]]) -> None:
    assert list(filled(rows)) == plain


@pytest.mark.parametrize(
    ("value", "count"),
    [("3", 3), ("0", 1), ("", 1), ("-2", 1), ("x", 1), ("²", 1), ("999", 100), ("9" * 5000, 1)],
)
def test_nonsense_spans_count_as_one(value: str, count: int) -> None:
    assert span(value) == count
