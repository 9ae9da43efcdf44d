"""Keeps addresses out of an answer that nobody gave: a picture or a link can carry what was read to somewhere else, as
soon as a page loads it or a person follows it."""

import re
from collections.abc import Callable

IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\](?:\([^)]*\)|\[[^\]]*\])|<img\b[^>]*>", re.IGNORECASE)
END = r"\s<>\"'`\\()\[\]{}，。；、（）「」『』《》【】"
URL = re.compile(rf"(?:[a-z][a-z0-9+.-]{{1,15}}://|//|www\.|mailto:)[^{END}]+", re.IGNORECASE)
# The target of a link is one wherever it stands, also where it looks like none.
TARGET = re.compile(r"\]\(\s*<?([^)\s>]+)")
REMOVED = "(link removed)"
_LONGEST = 4000
# What may still become one of these.
_BEGUN = re.compile(
    rf"(?:!\[?[^\]\n]*\]?(?:[(\[][^)\]]*)?|<i?m?g?[^>]*|\](?:\(\s*<?[^)\s>]*)?|"
    rf"(?:[a-z][a-z0-9+.-]{{0,15}}(?::/?/?[^{END}]*)?|/{{1,2}}[^{END}]*|www\.[^{END}]*))\Z",
    re.IGNORECASE,
)


class LinkFilter:
    """Takes an answer piece by piece and returns what to show. `known` says whether an address may stay: whether it
    was given by the person, the assistant's makers, or, letter by letter, a text that the answer rests on."""

    def __init__(self, known: Callable[[str], bool]) -> None:
        self._known, self._held = known, ""

    def feed(self, text: str) -> str:
        """Takes a piece. What may become an address is held back until its end."""
        self._held += text
        begun = _BEGUN.search(self._held)
        if begun is None or len(self._held) - begun.start() > _LONGEST:
            return self._release(len(self._held))
        return self._release(begun.start())

    def finish(self) -> str:
        """The rest."""
        return self._release(len(self._held))

    def _release(self, length: int) -> str:
        text, self._held = self._held[:length], self._held[length:]
        return clean(text, self._known)


def clean(text: str, known: Callable[[str], bool]) -> str:
    """The text without pictures, and without addresses that are not known."""
    text = IMAGE.sub(lambda found: found["alt"] or "", text)
    text = TARGET.sub(lambda found: found[0] if known(found[1]) else f"]({REMOVED[1:-1]}", text)
    return URL.sub(lambda found: found[0] if known(_bare(found[0])) else REMOVED, text)


def _bare(url: str) -> str:
    """Without the marks that end a sentence."""
    return url.rstrip(".,;:!?*_")
