"""BFCL v3, the Berkeley Function-Calling Leaderboard: its tasks and its checkers, as a wheel publishes them.

This module and `literal` are all that the sandboxed child imports of ours: standard library only.
"""

from collections.abc import Mapping

PACKAGE, VERSION = "nvidia-bfcl", "26.3"
# Tasks of each category. Categories of other languages, and those that call services of third parties, are left out.
SIZES = {
    "simple": 400,
    "multiple": 200,
    "parallel": 200,
    "parallel_multiple": 200,
    "irrelevance": 240,
    "live_simple": 258,
    "live_multiple": 1053,
    "live_parallel": 16,
    "live_parallel_multiple": 24,
    "live_irrelevance": 882,
    "live_relevance": 18,
    "multi_turn_base": 200,
    "multi_turn_miss_func": 200,
    "multi_turn_miss_param": 200,
    "multi_turn_long_context": 200,
}
CATEGORIES = tuple(SIZES)


def section(category: str) -> str:
    """The leaderboard's part that a category belongs to."""
    return next((name for name in ("live", "multi_turn") if category.startswith(f"{name}_")), "non_live")


def overall(accuracies: Mapping[str, float]) -> float:
    """One figure as the leaderboard makes it, of the categories that there are: the mean of the sections, where the
    live section weighs its categories by their tasks and the others do not."""
    sections: dict[str, list[tuple[float, int]]] = {}
    for category, accuracy in accuracies.items():
        part = section(category)
        sections.setdefault(part, []).append((accuracy, SIZES[category] if part == "live" else 1))
    means = [sum(a * w for a, w in each) / sum(w for _, w in each) for each in sections.values()]
    return sum(means) / len(means)
