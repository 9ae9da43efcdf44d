"""Words for the lexical leg of search: one analysis for passages and queries, in Chinese and English alike.

PostgreSQL's own dictionaries find nothing in Chinese, so the text is analysed here and written as a `tsvector`
literal. Chinese, Japanese and Korean runs become characters and pairs of neighbouring characters; everything else
becomes words, and a compound word (`QX-2100`, `sales@example.com`) also its parts, at neighbouring positions. So the
phrase `qx <-> 2100` finds `QX-2100`, `QX 2100` and `QX2100` alike.

Traditional characters are folded to Simplified ones for this shadow only; the text that people read is never changed.
The folding is by character, not by phrase: the same word must fold the same way in a query, where it stands alone, and
in a passage, where its neighbours would pull it to another phrase.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import NamedTuple

# Ideographs, kana, hangul, bopomofo and the marks that stand inside their words.
_CJK = (
    "\u3005\u3007\u3040-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3100-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U000323af"
)
_CHARACTER = rf"[^\W_{_CJK}]"
_RUN = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<word>{_CHARACTER}+(?:[-_./@&:'+#]{_CHARACTER}+)*(?:\+\+|#)?)")
_PART = re.compile(rf"{_CHARACTER}+")
_LETTERS_OR_DIGITS = re.compile(r"\d+|[^\W\d]+")
_SERIAL = re.compile(rf"(?=.*\d)(?=.*[^\W\d])(?:{_CHARACTER}|[-_/])+")

_REMOVED = dict.fromkeys([0, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_UNIFIED = {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2212"} | {ord(quote): "'" for quote in "\u2018\u2019"}
_GROUPED_DIGITS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WRAPPED_LINE = re.compile(rf"(?<=[{_CJK}])[ \t]*\r?\n[ \t]*(?=[{_CJK}])")

_LONGEST = 64  # Longer runs (hashes, base64) are cut: PostgreSQL refuses 2 kB lexemes, and nobody types their tail.
_LAST_POSITION = 16_383  # PostgreSQL keeps none beyond.
_MOST_PARTS = 4  # A key such as a1b2c3d4e5 would fall into crumbs.


class Token(NamedTuple):
    """A lexeme at a position. `whole` says that a query may use it by itself; the others help phrases along."""

    lexeme: str
    position: int
    whole: bool = True


class Run(NamedTuple):
    """An unbroken stretch of one kind of writing; `joined` when a phrase may run on into it from the one before."""

    text: str
    cjk: bool
    joined: bool

    def tokens(self, start: int) -> list[Token]:
        """What is written into the index for this run, which begins at position `start`."""
        return _cjk_tokens(self.text, start) if self.cjk else _word_tokens(self.text, start)

    def phrase(self, start: int) -> list[Token]:
        """The tokens that together stand for exactly this run."""
        tokens = self.tokens(start)
        if self.cjk:
            return [token for token in tokens if token.whole]
        return [token for token in tokens if not token.whole] or tokens

    @property
    def serial(self) -> bool:
        """A product number, an error code or the like: letters and digits in one word. A person who writes one means
        exactly it. Of three characters the first must be a letter: E07, but not 3rd."""
        least = 2 if self.text[0].isalpha() else 3
        return not self.cjk and len(self.text) > least and bool(_SERIAL.fullmatch(self.text))


@cache
def _simplified() -> dict[int, str]:
    """OpenCC's table of Traditional characters and the Simplified one that each folds to."""
    import opencc

    table = Path(opencc.__file__).parent / "dictionary" / "TSCharacters.txt"
    lines = (line.split() for line in table.read_text("utf-8").splitlines())
    return {ord(line[0]): line[1] for line in lines if len(line) > 1 and len(line[0]) == 1}


def fold(text: str) -> str:
    """The form in which texts are compared: compatible forms, case and script variants made one."""
    text = unicodedata.normalize("NFKC", text.translate(_REMOVED)).casefold()
    text = text.translate(_UNIFIED).translate(_simplified())
    return _WRAPPED_LINE.sub("", _GROUPED_DIGITS.sub("", text))


def runs(text: str) -> Iterator[Run]:
    """The runs of a text in order. Punctuation parts them; so does a space, between two runs of Chinese."""
    folded, end, cjk = fold(text), 0, False
    for match in _RUN.finditer(folded):
        between, is_cjk = folded[end : match.start()], match["cjk"] is not None
        joined = end > 0 and not between.strip() and not (between and cjk and is_cjk)
        end, cjk = match.end(), is_cjk
        yield Run(match[0], is_cjk, joined)


def tokens(text: str, position: int = 0) -> Iterator[Token]:
    """Every token of a text with its place after `position`; one is left out where a phrase must not run on."""
    for run in runs(text):
        found = run.tokens(position + (1 if run.joined else 2))
        position = max(token.position for token in found)
        if position > _LAST_POSITION:
            return
        yield from found


def _cjk_tokens(run: str, start: int) -> list[Token]:
    characters = [Token(char, start + place, len(run) == 1) for place, char in enumerate(run)]
    return characters + [Token(one + two, start + place) for place, (one, two) in enumerate(pairwise(run))]


def _word_tokens(word: str, start: int) -> list[Token]:
    parts = _parts(word)
    whole = Token(_whole(word), start)
    if len(parts) == 1:
        return [whole]
    return [whole, *(Token(part[:_LONGEST], start + place, False) for place, part in enumerate(parts))]


def _whole(word: str) -> str:
    """A serial number means the same with and without its hyphens; elsewhere (1.25, a@b) the marks matter."""
    word = re.sub(r"[-_]", "", word) if _SERIAL.fullmatch(word) else word.removesuffix("'s")
    return word[:_LONGEST]


def _parts(word: str) -> list[str]:
    coarse = _PART.findall(word.removesuffix("'s"))
    fine = [piece for part in coarse for piece in _LETTERS_OR_DIGITS.findall(part)]
    return fine if len(fine) <= _MOST_PARTS and all(fine) and fine else coarse


def quote(lexeme: str) -> str:
    """A lexeme as PostgreSQL reads it inside a tsvector or tsquery literal, whatever stands in it."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def vector(text: str, *above: str) -> tuple[str, int]:
    """A passage's `tsvector` literal, and its length in words for BM25. `above` are the headings that it stands under:
    they are found as well, but only positions in the text itself carry the label A."""
    places: dict[str, list[str]] = {}
    position = 0
    for part, label in [*((line, "") for line in above), (text, "A")]:
        for token in tokens(part, position):
            places.setdefault(token.lexeme, []).append(f"{token.position}{label}")
            position = max(position, token.position)
    return " ".join(f"{quote(lexeme)}:{','.join(at)}" for lexeme, at in sorted(places.items())), position


def phrase(group: Iterable[Run], label: str = "") -> str:
    """The `tsquery` that matches these runs one after the other, at positions with this label if one is given."""
    found: list[Token] = []
    start = 1
    for run in group:
        found += run.phrase(start)
        start = max(token.position for token in run.tokens(start)) + 1
    words = [quote(token.lexeme) + (f":{label}" if label else "") for token in found]
    steps = [f" <{later.position - earlier.position}> " for earlier, later in pairwise(found)]
    return "(" + "".join(chain.from_iterable(zip(["", *steps], words, strict=True))) + ")" if found else ""


def head(text: str, count: int) -> list[Run]:
    """At most `count` runs: a query of a hundred kilobytes costs no more than a long one."""
    return list(islice(runs(text), count))
