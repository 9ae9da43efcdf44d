"""The words that tell whether one text speaks of what another says: compared across scripts, cases and endings."""

import re

from apps.knowledge import lexical

_ENGLISH = """
a an the and or but if of to in on at by for from with without as is are was were be been being am do does did has
have had will would can could may might shall should must not no nor so than then that this these those it its they
them their each there he she his her we our us you your i my me what which who whom whose when where why how much many
any some all also only very more most other into over under about up out per via according document documents
following please tell
"""
_STOP = frozenset(_ENGLISH.split())
_CHINESE = (
    "的了是在和與与及或也都就而并並且嗎吗呢吧啊請请問问我你他她它們们這这那哪個个什么麼甚何要會会能可以有為为以於于之"
)
_FUNCTION = frozenset(_CHINESE)
_DIGITS = re.compile(r"\d")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_ENDINGS = ("ations", "ation", "ments", "ment", "ings", "ing", "ied", "ies", "ed", "es", "s", "ly")


def words(text: str) -> set[str]:
    """The telling words of a text: Latin words without endings, pairs of Chinese characters, numbers."""
    return {_stem(token.lexeme) for token in lexical.tokens(text) if _tells(token.lexeme)}


def weight(word: str) -> float:
    """How much a word says by itself: numbers and names of things most, a pair of characters least."""
    if _DIGITS.search(word):
        return 3.0
    return 1.0 if _CJK.match(word) else 1.6


def overlap(said: set[str], source: set[str]) -> float:
    """Which part of what was `said` stands in `source`, by weight; 0 where nothing was said."""
    total = sum(map(weight, said))
    return sum(weight(word) for word in said & source) / total if total else 0.0


def _tells(lexeme: str) -> bool:
    if _CJK.match(lexeme):
        return len(lexeme) > 1 and not all(char in _FUNCTION for char in lexeme)
    return lexeme not in _STOP


def _stem(lexeme: str) -> str:
    if _CJK.match(lexeme) or _DIGITS.search(lexeme):
        return lexeme
    for ending in _ENDINGS:
        if lexeme.endswith(ending) and len(lexeme) - len(ending) >= 3:
            return lexeme[: -len(ending)]
    return lexeme
