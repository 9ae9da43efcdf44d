"""Who answers a run: the assistant's version that it names, or nobody in particular."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agents.assistants.models import Version
from agents.models import Run

from .limits import Limits, limits


@dataclass(frozen=True)
class Setup:
    """`models`: names in the order in which they are tried, None for the installation's own order. `collections`: ids,
    None for all that the person may read."""

    name: str = ""
    instructions: str = ""
    models: Sequence[str] | None = None
    collections: Sequence[str] | None = None
    tools: Sequence[str] = ()
    limits: Limits = field(default_factory=Limits)


def version_of(run: Run) -> Version | None:
    """The version of an assistant that the run names; None where it names none, or it is gone."""
    named = (run.input.get("assistant") or {}).get("version")
    return Version.objects.filter(pk=named).first() if named else None


def setup_of(run: Run) -> Setup:
    """How this run is to be answered. What the run itself asks for narrows what the version says."""
    version, asked = version_of(run), run.input
    if version is None:
        return Setup(models=asked.get("models"), collections=asked.get("collections"))
    return Setup(
        name=version.name,
        instructions=version.instructions,
        models=asked.get("models") or version.model_order or None,
        collections=_both(asked.get("collections"), version.collections),
        tools=list(version.tools),
        limits=limits(version.limits),
    )


def _both(one: Sequence[str] | None, other: Sequence[str] | None) -> Sequence[str] | None:
    """What two limits to collections allow together."""
    if one is None or other is None:
        return other if one is None else one
    allowed = set(map(str, other))
    return [each for each in one if str(each) in allowed]
