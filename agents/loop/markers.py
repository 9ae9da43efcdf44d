"""Citation markers in a stream of text. A marker without a passage never gets through."""

import re
from collections.abc import Collection, Iterator

_OPEN = "[【［"
_OPENS = f"[{re.escape(_OPEN)}]"
_WORD = r"(?:documents?|docs?|passages?|sources?|文件|文檔|文档|資料|资料|來源|来源|段落|#|\^)?"
_GAP = r"[\s,、，;；&和與与及–—-]"
_MARKER = re.compile(rf"{_OPENS}\s*{_WORD}\s*[:：.]?\s*(\d+(?:{_GAP}*{_WORD}\s*\d+)*)\s*[\]】］]", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
# What may still become a marker. Longer text is none.
_BEGUN = re.compile(rf"{_OPENS}(?:[\s\d:：.#^]|{_GAP}|[A-Za-z文件檔档資料资來源来段落])*")
_SHOWN = re.compile(r"\[\d+\]")
_LONGEST = 48
_HIGHEST = 99  # [7315] is no marker but a number that somebody put into brackets


def without_markers(text: str) -> str:
    """A shown answer's words alone."""
    return _SHOWN.sub("", text)


class MarkerFilter:
    """Splits streaming text into text and markers.

    `feed` and `finish` yield strings, to be shown as they are, and integers: markers, each of which names one of
    `known`. Markers that do not are dropped; `[1, 2]`, `【1】` and `[Document 1]` are read as the markers they mean.
    Whatever the input, the shown text holds no `[number]` by itself.
    """

    def __init__(self, known: Collection[int]) -> None:
        self._known = frozenset(known)
        self._held = ""

    def feed(self, text: str) -> Iterator[str | int]:
        """Takes a piece and yields what is certain."""
        for char in text:
            yield from self._take(char)

    def finish(self) -> Iterator[str | int]:
        """Yields the rest; a bracket that was never closed is text."""
        held, self._held = self._held, ""
        if held:
            yield held

    def _take(self, char: str) -> Iterator[str | int]:
        if not self._held and char not in _OPEN:
            yield char
            return
        self._held += char
        start = max(self._held.rfind(bracket) for bracket in _OPEN)
        if found := _MARKER.fullmatch(self._held, start):
            yield from self._marker(found, start)
        elif not _BEGUN.fullmatch(self._held, start) or len(self._held) > _LONGEST:
            yield from self._release()

    def _marker(self, found: re.Match[str], start: int) -> Iterator[str | int]:
        numbers = [int(digits) for digits in _NUMBER.findall(found[1])]
        markers = [number for number in numbers if number in self._known]
        if max(numbers) > _HIGHEST:
            self._held = f"{self._held[:start]}({found[1]})"
            yield from self._release()
        elif markers:
            before, self._held = self._held[:start], ""
            if before:
                yield before
            yield from markers
        else:
            # What stood before the dropped marker may become one with what follows it: it stays held.
            self._held = self._held[:start]

    def _release(self) -> Iterator[str | int]:
        """Lets go of text that is no marker, in a form that cannot become one either."""
        held, self._held = self._held, ""
        yield held if len(held) <= _LONGEST else held.translate({ord(bracket): "(" for bracket in _OPEN})
