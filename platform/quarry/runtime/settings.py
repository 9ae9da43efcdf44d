"""Where this process keeps its models and which it may use; set once by `quarry.runtime.configure`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .types import EmbedVia

if TYPE_CHECKING:
    from .remote import Endpoint

SLOTS = 4  # with more of them each answer is written slower than one reads
EMBEDDED = "embedded"  # in an order, the chat model of this installation


@dataclass(frozen=True, slots=True)
class Settings:
    """`model` is a catalogue id or None for the best that fits; `offline` means that no hub is ever tried. `workers`
    hold chat models on this machine, and each answers up to `slots` requests at once; `checkpoint_disk` is bytes for
    states of prompts under `home` (0: none).
    `endpoints` and `order` read afresh what an administrator may change at any moment: the remote models, and the
    names of those that answer where nobody says which one, the first that can."""

    home: Path
    models: Path
    model: str | None = None
    offline: bool = False
    embed_via: EmbedVia | None = None
    workers: int = 1
    checkpoint_disk: int = 0
    slots: int = SLOTS
    endpoints: Callable[[], Sequence[Endpoint]] = tuple
    order: Callable[[], Sequence[str]] = lambda: (EMBEDDED,)


_current: Settings | None = None


def configure(settings: Settings) -> None:
    """Sets this process's settings."""
    global _current
    _current = settings


def offer(endpoints: Callable[[], Sequence[Endpoint]], order: Callable[[], Sequence[str]]) -> None:
    """Adds remote models to this process's settings."""
    configure(replace(current(), endpoints=endpoints, order=order))


def current() -> Settings:
    """This process's settings; without `configure`, the same environment variables decide as for the product."""
    return _current or from_environment()


def from_environment() -> Settings:
    home = Path(os.environ.get("QUARRY_HOME") or "var").absolute()
    models = Path(os.environ.get("QUARRY_MODELS") or home / "models").absolute()
    offline = os.environ.get("QUARRY_OFFLINE", "").strip().lower() in {"1", "true", "yes", "on"}
    return Settings(home, models, os.environ.get("QUARRY_MODEL") or None, offline)
