"""What a request means in the terms of functions, worked out and written behind it: small models cannot, and guess."""

import re
from collections.abc import Sequence
from datetime import date

from quarry.runtime import Tool

from . import clock, dates, sums, values

_QUOTED = re.compile(
    r"「[^「」]+」|『[^『』]+』|“[^“”]+”|\"[^\"]+\"|(?<!\w)'[^']+'(?!\w)|‘[^‘’]+’(?!\w)",
)


def behind(text: str, today: date | None, tools: Sequence[Tool]) -> str:
    """The text, and behind it the days, times, sums and values that it names."""
    own = _QUOTED.sub(" ", text)  # days in what is to be sent or translated are nobody's request
    kinds = [
        dates.notes(own, today) if today else [],
        clock.notes(own, tools),
        sums.notes(text, tools),
        values.notes(text, tools),
    ]
    return "\n".join([text, *(f"({', '.join(found)})" for found in kinds if found)])
