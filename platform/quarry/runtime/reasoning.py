"""Thinking models: what they say to themselves, told apart from what they answer.

They write <think>thoughts</think>answer; some templates write the first tag themselves, at the end of the prompt.
Granite 3 writes <think>thoughts</think><response>answer</response>.
"""

from __future__ import annotations

import re

from .engine.job import Piece
from .held import Held
from .types import Reasoning

OPEN, CLOSE = "<think>", "</think>"
ANSWER, ANSWERED = "<response>", "</response>"
_EARLIER = re.compile(r"\A\s*<think>.*?</think>\s*", re.DOTALL)


def thinks(template: str | None) -> bool:
    """Whether a model with this template may think."""
    return OPEN in (template or "") or CLOSE in (template or "")


def without_reasoning(answer: str) -> str:
    """An earlier answer without the thoughts that a client may have left in it: a model is not shown them again."""
    if not _EARLIER.match(answer):
        return answer
    rest = _EARLIER.sub("", answer, count=1)
    return rest.removeprefix(ANSWER).removesuffix(ANSWERED)


class ReasoningParser:
    """Feed it pieces as they come. `opened`: the prompt left the model thinking."""

    def __init__(self, opened: bool) -> None:
        self._held = Held()
        self._steps = [self._thoughts, self._before_answer, self._answer]
        if not opened:
            self._steps.insert(0, self._beginning)
        self._wrapped = self._thought = False

    def feed(self, piece: Piece) -> list[Reasoning | Piece]:
        """What is clear by now."""
        self._held.add(piece)
        return self._go_on(last=False)

    def finish(self) -> list[Reasoning | Piece]:
        """The rest. Thoughts that did not come to an end stay thoughts."""
        return self._go_on(last=True)

    def _go_on(self, last: bool) -> list[Reasoning | Piece]:
        events: list[Reasoning | Piece] = []
        while self._held.text:
            step = self._steps[0]
            events += step(last)
            if self._steps[0] == step:
                break
        return events

    def _beginning(self, last: bool) -> list[Reasoning | Piece]:
        text = self._held.text.lstrip()
        if text.startswith(OPEN):
            self._drop(OPEN)
        elif last or not OPEN.startswith(text):
            self._steps = [self._answer]
        return []

    def _thoughts(self, last: bool) -> list[Reasoning | Piece]:
        text = self._held.text
        if CLOSE in text:
            thought = self._held.take(text.index(CLOSE)).text.rstrip()
            self._drop(CLOSE)
        else:
            # Line breaks before the closing tag are no thought.
            keep = 0 if last else max(self._held.may_become(CLOSE), len(text) - len(text.rstrip()))
            thought = self._held.take(len(text) - keep).text
        thought = thought if self._thought else thought.lstrip()
        self._thought = self._thought or bool(thought)
        return [Reasoning(thought)] if thought else []

    def _before_answer(self, last: bool) -> list[Reasoning | Piece]:
        text = self._held.text.lstrip()
        self._held.take(len(self._held.text) - len(text))
        if text.startswith(ANSWER):
            self._wrapped = True
            self._drop(ANSWER)
        elif last or (text and not ANSWER.startswith(text)):
            self._steps.pop(0)
        return []

    def _answer(self, last: bool) -> list[Reasoning | Piece]:
        text = self._held.text
        if self._wrapped and ANSWERED in text:
            shown = self._held.take(text.index(ANSWERED))
            self._held.take(len(ANSWERED))
            self._wrapped = False
        else:
            keep = self._held.may_become(ANSWERED) if self._wrapped and not last else 0
            shown = self._held.take(len(text) - keep)
        return [shown] if shown.text else []

    def _drop(self, tag: str) -> None:
        """Forgets the tag, and goes on with the next step."""
        self._held.take(self._held.text.index(tag) + len(tag))
        self._steps.pop(0)
