"""A slot: one sequence of the context, and what is known of its content."""

from __future__ import annotations

import time
from collections.abc import Sequence

from .checkpoints import Checkpoints
from .context import Context, Part
from .disk import Buffer

WORTH = 32  # tokens; a shorter state is read again as quickly as it is found


class Slot:
    """Follows the tokens in one sequence. `used` says when it last worked."""

    def __init__(self, context: Context, checkpoints: Checkpoints, number: int) -> None:
        self._context, self._checkpoints, self.number = context, checkpoints, number
        self.tokens: list[int] = []
        self.used = 0.0

    def usable(self, prompt: Sequence[int]) -> int:
        """How many tokens of the prompt need not be read in this slot, as it is."""
        shared = min(common(self.tokens, prompt), len(prompt) - 1)
        return shared if shared == len(self.tokens) or self._context.model.rewindable else 0

    def begin(self, prompt: Sequence[int]) -> int:
        """Puts the sequence to the longest prefix of the prompt that is known, here or as a checkpoint; returns its
        length. What the slot held is kept as a checkpoint if it would be lost."""
        self.used = time.monotonic()
        here = self.usable(prompt)
        found = self._checkpoints.find(prompt, longer_than=here)
        if here < len(self.tokens) or found:
            self.keep()
        if found:
            self._restore(prompt[: found.length], found.state)
        elif not here:
            self.clear()
        elif here < len(self.tokens):
            self._cut(here)
        return len(self.tokens)

    def part(self, tokens: Sequence[int], logits: bool) -> Part:
        """The tokens as this slot's contribution to a batch."""
        return Part(self.number, len(self.tokens), tokens, logits)

    def grow(self, tokens: Sequence[int]) -> None:
        """These tokens were read."""
        self.tokens.extend(tokens)
        self.used = time.monotonic()

    def keep(self) -> None:
        """Saves the state as it is now, unless it is saved already or not worth it."""
        if len(self.tokens) >= WORTH and not self._checkpoints.holds(self.tokens):
            self._checkpoints.add(self.tokens, self._context.save(self.number))

    def recover(self) -> None:
        """After an interrupted read: back to what is certain."""
        if self._context.model.rewindable:
            self._cut(len(self.tokens))
        else:
            self.clear()

    def clear(self) -> None:
        self._context.forget(self.number)
        self.tokens = []

    def _cut(self, length: int) -> None:
        del self.tokens[length:]
        if not (length and self._context.forget(self.number, length)):
            self.clear()

    def _restore(self, tokens: Sequence[int], state: Buffer) -> None:
        self.tokens = list(tokens)
        if not self._context.restore(self.number, state):
            self.clear()


def common(a: Sequence[int], b: Sequence[int]) -> int:
    """Length of the common prefix."""
    length = 0
    for left, right in zip(a, b, strict=False):
        if left != right:
            break
        length += 1
    return length
