"""In which language a question is asked, and keeping the answer in its script."""

import re
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["en", "zh-Hant", "zh-Hans"]
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_CLAUSE_END = re.compile(r"[^\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LONGEST_CLAUSE = 24
_OPENING, _CLOSING = "「『“《", "」』”》"


@cache
def _only(table: str, other: str) -> frozenset[str]:
    """The characters that one script writes otherwise and the other script does not have."""
    import opencc

    folder = Path(opencc.__file__).parent / "dictionary"

    def pairs(name: str) -> dict[str, list[str]]:
        lines = (line.split() for line in (folder / f"{name}.txt").read_text("utf-8").splitlines())
        return {line[0]: line[1:] for line in lines if len(line) > 1 and len(line[0]) == 1}

    mine, theirs = pairs(table), pairs(other)
    return frozenset(char for char, forms in mine.items() if char not in forms and char not in theirs)


def simplified_only() -> frozenset[str]:
    """Characters that stand in Simplified text alone."""
    return _only("STCharacters", "TSCharacters")


def traditional_only() -> frozenset[str]:
    """Characters that stand in Traditional text alone."""
    return _only("TSCharacters", "STCharacters")


def language_of(text: str) -> Language:
    """The language to answer in. Chinese without a telling character counts as Traditional, as it is written here."""
    han = len(HAN.findall(text))
    if not han or _KANA.search(text) or len(_LATIN_WORD.findall(text)) > 2 * han:
        return "en"
    simplified = sum(char in simplified_only() for char in text)
    traditional = sum(char in traditional_only() for char in text)
    return "zh-Hans" if simplified > traditional else "zh-Hant"


@cache
def _converter() -> "object":
    from opencc import OpenCC

    return OpenCC("s2twp")


def to_traditional(text: str) -> str:
    """Simplified Chinese as it is written in Taiwan, words included; text that shows no Simplified character stays."""
    if not any(char in simplified_only() for char in text):
        return text
    return str(_converter().convert(text))  # type: ignore[attr-defined]


class Script:
    """Turns an answer into Traditional Chinese while it streams.

    Nothing is held back until a Simplified character shows; from there the rest of the clause is, since words convert
    as wholes. What stands inside quotation marks was quoted and stays as it is.
    """

    def __init__(self, language: Language) -> None:
        self._active = language == "zh-Hant"
        self._held = ""
        self._quoted = 0

    def feed(self, text: str) -> str:
        """Takes a piece of the answer and returns what can be shown."""
        if not self._active:
            return text
        return "".join(self._take(char) for char in text)

    def finish(self) -> str:
        """The rest."""
        held, self._held = self._held, ""
        return to_traditional(held)

    def _take(self, char: str) -> str:
        self._quoted = max(0, self._quoted + (char in _OPENING) - (char in _CLOSING))
        if self._quoted:
            return self.finish() + char
        if not self._held and char not in simplified_only():
            return char
        self._held += char
        ended = _CLAUSE_END.match(char) or len(self._held) >= _LONGEST_CLAUSE
        return self.finish() if ended else ""
