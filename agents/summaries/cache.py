"""What was condensed once is not condensed again."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from agents.summaries.compress import Condensed, origins
from agents.summaries.lines import Line
from agents.summaries.models import Part

KEPT = timedelta(days=30)  # after it was last of use
RULES = "2"  # of how parts are made; another one when they are made otherwise
NOBODY = "none"  # no model was needed


def digest(lines: Sequence[Line], want: int, most: int | None) -> str:
    """Of what is to be condensed, and how."""
    head = f"{RULES}\0{want}\0{most}"
    return hashlib.sha256("\0".join([head, *(line.text for line in lines)]).encode()).hexdigest()


def find(content: str, style: str, language: str, models: Sequence[str], lines: Sequence[Line]) -> list[Line] | None:
    """What one of these models has made of the lines; the first model's, if several have."""
    rows = {row.model: row for row in Part.objects.filter(content=content, style=style, language=language)}
    row = next((rows[model] for model in [*models, NOBODY] if model in rows), None)
    if row is None:
        return None
    if row.used_at < timezone.now() - timedelta(hours=1):
        Part.objects.filter(pk=row.pk).update(used_at=timezone.now())
    return [Line(each["text"], origins(lines, each["from"]), each["support"]) for each in row.lines]


def keep(content: str, style: str, language: str, model: str, made: Condensed) -> None:
    """Two that made the same at once keep the later one's."""
    lines: list[dict[str, Any]] = [
        {"text": line.text, "from": places, "support": line.support}
        for line, places in zip(made.lines, made.places, strict=True)
    ]
    facts = {"lines": lines, "usage": made.written.usage if made.written else {}, "used_at": timezone.now()}
    Part.objects.update_or_create(content=content, model=model, style=style, language=language, defaults=facts)


def forget() -> int:
    """Deletes what nobody has asked for in a while."""
    return Part.objects.filter(used_at__lt=timezone.now() - KEPT).delete()[0]
