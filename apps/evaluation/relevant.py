"""Of many tools, the ones that a request is about, so that a small model is not drowned."""

from collections.abc import Sequence

import numpy as np
from quarry import runtime
from quarry.runtime import Message, Tool

MOST = 12
TURNS = 2  # last questions that tell what it is about


class Relevant:
    """Remembers what it has embedded."""

    def __init__(self) -> None:
        self._known: dict[str, np.ndarray] = {}

    def of(self, messages: Sequence[Message], tools: Sequence[Tool]) -> list[Tool]:
        """The tools to offer, in their own order; those that were called before stay."""
        if len(tools) <= MOST:
            return list(tools)
        used = {call.name for message in messages for call in message.tool_calls}
        asked = [message.content for message in messages if message.role == "user"][-TURNS:]
        scores = np.max(self._passages(tools) @ runtime.embed(asked, "query").T, axis=1)
        ranked = sorted(range(len(tools)), key=lambda at: (tools[at].name not in used, -scores[at]))
        return [tools[at] for at in sorted(ranked[: max(MOST, len(used))])]

    def _passages(self, tools: Sequence[Tool]) -> np.ndarray:
        texts = [f"{tool.name.replace('_', ' ')}: {tool.description}" for tool in tools]
        if new := [text for text in dict.fromkeys(texts) if text not in self._known]:
            self._known |= dict(zip(new, runtime.embed(new, "passage"), strict=True))
        return np.stack([self._known[text] for text in texts])
