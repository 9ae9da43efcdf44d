"""Names in addresses that the pages have already given away."""

from quarry.api.problem import Problem

RESERVED = frozenset({"new"})  # at .../new there is the form


def refuse_reserved(slug: str) -> None:
    """Raises a Problem where what has this name could not be looked at."""
    if slug in RESERVED:
        text = f"The name {slug} stands for the form of a new one. Choose another one."
        raise Problem(400, text, code="validation", errors={"slug": [text]})
