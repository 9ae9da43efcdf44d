"""The memory that models may take, and the models that take it.

`SHARE` of the machine's memory is meant for the models of the inference workers: the chat models, a guardian, a
reranker. The database, the embedder and the other processes have the rest. Besides, a model is loaded only into memory
that is there at that moment, whatever else the machine does.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from . import machine, settings
from .types import EngineBusy, ModelUnavailable

SHARE = 0.65
GIB = 2**30
RETRY_SECONDS = 10.0


class Member(Protocol):
    """Something loaded."""

    @property
    def busy(self) -> int:
        """How many are using it or waiting for it."""

    def close(self) -> None:
        """Frees its memory."""


M = TypeVar("M", bound=Member)


@dataclass(frozen=True, slots=True)
class Held:
    """What a member takes, in bytes."""

    member: Member
    size: int


def limit() -> int:
    """Bytes for all models of this process together; the workers of one machine share evenly."""
    return int(machine.total_memory() * SHARE) // settings.current().workers


class Budget:
    """The loaded models, under one limit. What nobody has used for longest makes room for what is wanted now."""

    def __init__(self, limit: Callable[[], int] = limit) -> None:
        self._limit = limit
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._lock = threading.Lock()
        self._loading = threading.Lock()  # one at a time: llama.cpp wants it so, and the sums stay right

    def get(self, key: str, kind: type[M]) -> M | None:
        """The member, if it is loaded."""
        with self._lock:
            held = self._held.get(key)
            if held is None or not isinstance(held.member, kind):
                return None
            self._held.move_to_end(key)
            return held.member

    def take(self, key: str, kind: type[M], plan: Callable[[int], tuple[int, Callable[[], M]]]) -> M:
        """The member, loaded if it is not yet. `plan` is told how many bytes there can be for it, and returns how many
        it wants and what loads it.

        Raises ModelUnavailable where it can never fit or memory is short, EngineBusy where others are at work."""
        with self._loading:
            if (member := self.get(key, kind)) is not None:
                return member
            size, load = plan(self._room())
            self._make_room(key, size)
            member = load()
            with self._lock:
                self._held[key] = Held(member, size)
            return member

    def members(self) -> dict[str, Held]:
        """What is loaded, the longest unused first."""
        with self._lock:
            return dict(self._held)

    def drop(self, key: str) -> None:
        """Unloads one, whatever it does."""
        with self._lock:
            held = self._held.pop(key, None)
        if held:
            held.member.close()

    def clear(self) -> None:
        for key in self.members():
            self.drop(key)

    def _room(self) -> int:
        """What there would be if everything idle went."""
        idle = sum(held.size for held in self.members().values() if not held.member.busy)
        busy = self._used() - idle
        return min(self._limit() - busy, machine.memory() + idle)

    def _make_room(self, key: str, size: int) -> None:
        room = self._limit()
        if size > room:
            raise ModelUnavailable(f"{key} needs {_gib(size)} of memory; {_gib(room)} are meant for models here.")
        while self._used() + size > room or size > machine.memory():
            idle = next((name for name, held in self.members().items() if not held.member.busy), None)
            if idle is None:
                raise self._no_room(key, size)
            self.drop(idle)

    def _used(self) -> int:
        return sum(held.size for held in self.members().values())

    def _no_room(self, key: str, size: int) -> Exception:
        if self.members():
            return EngineBusy(RETRY_SECONDS)
        return ModelUnavailable(
            f"{key} needs {_gib(size)} of memory, but only {_gib(machine.memory())} are free now. It is not loaded."
        )


models = Budget()


def _gib(size: int) -> str:
    return f"{size / GIB:.1f} GiB"
