"""`manage.py setup`: chooses, fetches and verifies the models; says at once when they are all here."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quarry.embedded.terminal import say
from quarry.runtime import RuntimeFault, select
from quarry.runtime import settings as runtime_settings
from quarry.runtime.catalogue import Model, models
from quarry.runtime.embedding import space
from quarry.runtime.settings import Settings
from quarry.runtime.store import Store


class Command(BaseCommand):
    help = "Makes sure that the chat model and the embedding model are here and verified."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--starter", action="store_true", help="the starter model, whatever would fit (for tests)")

    def handle(self, *args: Any, **options: Any) -> None:
        settings = runtime_settings.current()
        if options["starter"]:
            settings = replace(settings, model=starter().id)
        try:
            ensure(settings)
        except RuntimeFault as fault:
            raise CommandError(str(fault)) from fault
        except OSError as fault:
            raise CommandError(f"the models cannot be stored in {settings.models}: {fault}") from fault


def ensure(settings: Settings) -> None:
    """Both models, in the order in which they are needed; each is verified before it counts as here."""
    store = Store(settings.models)
    embedding = space.choose(store, settings.offline, Meter("embedding model"), say)
    _verify(store, embedding)
    say(f"embedding model: {embedding.name}", "good")
    choice = select.choose(store, settings, Meter("chat model"), say)
    _verify(store, choice.model)
    say(f"chat model: {choice.sentence}", "good")


def starter() -> Model:
    """The larger of the starter models."""
    starters = [model for model in models() if model.kind == "chat" and model.starter]
    return max(starters, key=lambda model: model.rank or 0)


def _verify(store: Store, model: Model) -> None:
    if not store.verified(model):
        store.verify(model, Meter(f"verifying {model.name}"))


class Meter:
    """Progress of a download: on a terminal one line that changes, elsewhere a line now and then."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._live = sys.stdout.isatty()
        self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if done < total and now - self._last < (0.2 if self._live else 5.0):
            return
        self._last = now
        share = f"{done / total:.0%} of {total / 1e6:,.0f} MB" if total else f"{done / 1e6:,.0f} MB"
        line = f"{self.what}: {share}"
        if self._live:
            print(f"\r{line}\033[K", end="\n" if done >= total else "", flush=True)
        else:
            say(line)
