"""States of sequences, kept outside the context: a prompt that begins with the same tokens need not be read again.

llama.cpp's recurrent layers cannot forget a tail, so a hybrid's state is of use only where two prompts
part. The engine saves it where that is likely: behind the stable beginning of a prompt (system text and tools), before
its last token (the same prompt again) and at the end of an answer (the conversation goes on).
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state after `tokens`."""

    length: int
    state: bytes


class Checkpoints:
    """At most `limit` bytes of states; what was not used for longest goes first."""

    def __init__(self, limit: int) -> None:
        self.limit, self.size = limit, 0
        self.hits = self.misses = 0
        self._kept: OrderedDict[bytes, Checkpoint] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def holds(self, tokens: Sequence[int]) -> bool:
        return _key(tokens) in self._kept

    def find(self, prompt: Sequence[int], longer_than: int = 0) -> Checkpoint | None:
        """The longest state that the prompt begins with, if it is `longer_than` what one has. At least the prompt's
        last token is left to be read, because its logits are wanted."""
        whole = _key(prompt[: len(prompt) - 1])
        width = array("i").itemsize
        for length in sorted({kept.length for kept in self._kept.values()}, reverse=True):
            if length <= longer_than:
                break
            key = whole[: length * width]
            if len(key) == length * width and key in self._kept:
                self._kept.move_to_end(key)
                self.hits += 1
                return self._kept[key]
        self.misses += 1
        return None

    def add(self, tokens: Sequence[int], state: bytes) -> None:
        """Keeps a state, at the cost of the oldest ones. One larger than the whole room is not kept."""
        key = _key(tokens)
        cost = len(key) + len(state)
        if key in self._kept:
            self._kept.move_to_end(key)
            return
        if cost > self.limit:
            return
        while self.size + cost > self.limit:
            self._drop()
        self._kept[key] = Checkpoint(len(tokens), state)
        self.size += cost

    def clear(self) -> None:
        self._kept.clear()
        self.size = 0

    def _drop(self) -> None:
        key, oldest = self._kept.popitem(last=False)
        self.size -= len(key) + len(oldest.state)


def _key(tokens: Sequence[int]) -> bytes:
    """The tokens themselves: no two prompts can be taken for one another."""
    return array("i", tokens).tobytes()
