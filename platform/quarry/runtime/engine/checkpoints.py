"""States of sequences, kept outside the context: a prompt that begins with the same tokens need not be read again.

llama.cpp's recurrent layers cannot forget a tail, so a hybrid's state is of use only where two prompts
part. The engine saves it where that is likely: at the prompt's marks (behind the system text, the tools and the
documents), before its last token (the same prompt again) and at the end of an answer (the conversation goes on).
"""

from __future__ import annotations

import time
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .disk import CLOSE_SECONDS, Buffer, DiskTier

WIDTH = array("i").itemsize


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state after `length` tokens."""

    length: int
    state: Buffer


class Checkpoints:
    """At most `limit` bytes of states; what was not used for longest goes first, to the disk where there is a tier."""

    def __init__(self, limit: int, disk: DiskTier | None = None) -> None:
        self.limit, self.size = limit, 0
        self.hits = self.misses = 0
        self._kept: OrderedDict[bytes, Checkpoint] = OrderedDict()
        self._disk = disk

    def __len__(self) -> int:
        return len(self._kept)

    def holds(self, tokens: Sequence[int]) -> bool:
        return _key(tokens) in self._kept

    def find(self, prompt: Sequence[int], longer_than: int = 0) -> Checkpoint | None:
        """The longest state that the prompt begins with, if it is `longer_than` what one has. At least the prompt's
        last token is left to be read, because its logits are wanted."""
        whole = _key(prompt[: len(prompt) - 1])
        here = self._in_memory(whole, longer_than)
        found = self._on_disk(whole, here.length if here else longer_than) or here
        if found:
            self.hits += 1
        else:
            self.misses += 1
        return found

    def add(self, tokens: Sequence[int], state: Buffer) -> None:
        """Keeps a state, at the cost of the oldest ones. One larger than the whole room is not kept."""
        self._add(_key(tokens), Checkpoint(len(tokens), state))

    def facts(self) -> dict[str, Any]:
        """The counters; names as in the metrics."""
        return {"checkpoints": len(self), "checkpoint_bytes": self.size, "hits": self.hits, "misses": self.misses}

    def clear(self) -> None:
        self._kept.clear()
        self.size = 0

    def close(self) -> None:
        """What is in memory goes to the disk, where there is a tier, the last used first: the next start finds it."""
        if self._disk:
            end = time.monotonic() + CLOSE_SECONDS
            for key, kept in reversed(self._kept.items()):
                if not self._disk.put(key, kept.state, max(0.0, end - time.monotonic())):
                    break
            self._disk.close()
        self.clear()

    def _in_memory(self, whole: bytes, longer_than: int) -> Checkpoint | None:
        for length in sorted({kept.length for kept in self._kept.values()}, reverse=True):
            if length <= longer_than:
                break
            key = whole[: length * WIDTH]
            if len(key) == length * WIDTH and key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        return None

    def _on_disk(self, whole: bytes, longer_than: int) -> Checkpoint | None:
        found = self._disk.find(whole, longer_than * WIDTH) if self._disk else None
        if found is None:
            return None
        key, state = found
        checkpoint = Checkpoint(len(key) // WIDTH, state)
        self._add(key, checkpoint)
        return checkpoint

    def _add(self, key: bytes, checkpoint: Checkpoint) -> None:
        cost = len(key) + len(checkpoint.state)
        if key in self._kept:
            self._kept.move_to_end(key)
            return
        if cost > self.limit:
            return
        while self.size + cost > self.limit:
            self._drop()
        self._kept[key] = checkpoint
        self.size += cost

    def _drop(self) -> None:
        key, oldest = self._kept.popitem(last=False)
        self.size -= len(key) + len(oldest.state)
        if self._disk:
            self._disk.put(key, oldest.state)


def _key(tokens: Sequence[int]) -> bytes:
    """The tokens themselves: no two prompts can be taken for one another."""
    return array("i", tokens).tobytes()
