"""How far an agent may go. The defaults stand here and nowhere else; a version may name others, within the ceilings."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

GRACE = 60.0  # seconds on top, for the last answer once the time is up


@dataclass(frozen=True)
class Limits:
    """`steps`: turns of the model. `tokens`: read and written, without those that were read before. `seconds`: of work,
    waiting for people not counted. `calls` of functions. `cost`: of models that have a price, in its currency."""

    steps: int = 10
    tokens: int = 30_000
    seconds: int = 240
    calls: int = 20
    cost: float | None = None

    def facts(self) -> dict[str, Any]:
        """As they are stored."""
        return asdict(self)


CEILINGS = Limits(steps=40, tokens=400_000, seconds=1800, calls=100)
COUNTED = ("steps", "tokens", "seconds", "calls")


def limits(wanted: Mapping[str, Any] | None) -> Limits:
    """The defaults, where nothing else is wanted, and never more than the ceilings."""
    found = {name: (wanted or {}).get(name) for name in COUNTED}
    given = {name: value for name, value in found.items() if isinstance(value, int) and not isinstance(value, bool)}
    counts = {name: min(max(1, value), getattr(CEILINGS, name)) for name, value in given.items()}
    cost = (wanted or {}).get("cost")
    return Limits(**counts, cost=cost if isinstance(cost, int | float) and cost > 0 else None)
