"""Keeps addresses out of an answer that nobody gave: a picture or a link can carry what was read to somewhere else, as
soon as a page loads it or a person follows it."""

import re
from collections.abc import Callable

END = r"\s<>\"'`\\()\[\]{}，。；、（）「」『』《》【】"
# A picture becomes the link that it is made of, and that is looked at as any other.
PICTURE = re.compile(r"!+(?=\[)|<(?=\s*/?\s*img\b)", re.IGNORECASE)
# The target of a link is one wherever it leads, also where it looks like no address.
TARGET = re.compile(r"\]\(\s*<?\s*([^)\s>]*)")
URL = re.compile(rf"(?:[a-z][a-z0-9+.-]{{1,15}}://|//|www\.|mailto:)[^{END}]+", re.IGNORECASE)
REMOVED = "link removed"
_LONGEST = 4000
# What may still become one of these.
_BEGUN = re.compile(
    rf"(?:!+|<\s*/?\s*i?m?g?|\](?:\(\s*<?\s*[^)\s>]*)?|[a-z][a-z0-9+.-]{{0,15}}(?::/?/?[^{END}]*)?|/{{1,2}}[^{END}]*|"
    rf"www\.[^{END}]*)\Z",
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
    text = PICTURE.sub(lambda found: "(" if found[0] == "<" else "", text)
    text = TARGET.sub(lambda found: found[0] if not found[1] or known(found[1]) else f"]({REMOVED}", text)
    return URL.sub(lambda found: _checked(found[0], known), text)


def _checked(url: str, known: Callable[[str], bool]) -> str:
    bare = url.rstrip(".,;:!?*_")  # without the marks that end a sentence
    return url if known(bare) else f"({REMOVED}){url[len(bare) :]}"
