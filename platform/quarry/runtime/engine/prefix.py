"""What the context has read already, and how much of the next prompt need not be read again.

A dense model's memory can forget its tail, so any common prefix is reused. A hybrid's recurrent state cannot go back.
There the state is copied at the places where prompts are likely to part (the end of the system text, the last token of
the prompt), and the next prompt goes on from the last copy inside the common prefix.
"""

from __future__ import annotations

from collections.abc import Sequence

from .context import Context

SNAPSHOTS = 2


class Prefix:
    """Follows the tokens in a context."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.tokens: list[int] = []
        self._snapshots: list[tuple[int, bytes]] = []

    def reuse(self, prompt: Sequence[int]) -> int:
        """Puts the context to the longest usable prefix of the prompt and returns its length.

        At least the last token is left to be read, because its logits are wanted.
        """
        shared = min(common(self.tokens, prompt), len(prompt) - 1)
        if shared < len(self.tokens):
            self._back_to(shared)
        return len(self.tokens)

    def recover(self) -> None:
        """After an interrupted read: back to the last state that is certain."""
        self._back_to(len(self.tokens))

    def _back_to(self, length: int) -> None:
        kept = self._rewind(length)
        del self.tokens[kept:]
        self._snapshots = [snapshot for snapshot in self._snapshots if snapshot[0] <= kept]

    def _rewind(self, length: int) -> int:
        """Rewinds the context to at most this length, and returns the length it has then."""
        if self._context.model.rewindable and self._context.cut(length):
            return length
        for place, state in sorted(self._snapshots, key=lambda snapshot: -snapshot[0]):
            if place <= length and self._context.restore(state, place):
                return place
        self._context.clear()
        return 0

    def grow(self, tokens: Sequence[int]) -> None:
        """These tokens were read."""
        self.tokens.extend(tokens)

    def mark(self) -> None:
        """Prompts may part here: makes it possible to come back."""
        here = len(self.tokens)
        if self._context.model.rewindable or any(length == here for length, _ in self._snapshots):
            return
        # The first snapshot is the stable one (the system text); the place after it is for the latest.
        self._snapshots = [*self._snapshots[: SNAPSHOTS - 1], (here, self._context.snapshot())]

    def forget(self) -> None:
        """After a failure nothing is certain about the context."""
        self._context.clear()
        self.tokens, self._snapshots = [], []


def common(a: Sequence[int], b: Sequence[int]) -> int:
    """Length of the common prefix."""
    length = 0
    for left, right in zip(a, b, strict=False):
        if left != right:
            break
        length += 1
    return length
