"""A good guess at the language, by script and by the commonest words: enough to choose fonts and filters."""

import re
from collections import Counter

_SAMPLE = 20_000
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_COMMON_WORDS = {
    "en": "the of and to in is that for with are be not this by from or must which",
    "de": "der die und das ist nicht mit den von zu ein eine auf für werden dem",
    "fr": "le la les des et est une dans que pour qui sur pas du au sont",
    "es": "el los las y es una que para por con del se no su como más",
    "pt": "o os as e é uma que para por com do da não em se como",
    "it": "il lo gli e è una che per con del della non di sono come si",
    "nl": "de het een en is van niet met voor dat op zijn aan te worden door",
}


def detect(text: str) -> str:
    """A BCP 47 tag (`zh-Hant`, `zh-Hans`, `en`, ...), or "" where there is too little to go by."""
    sample = text[:_SAMPLE]
    han, words = len(_HAN.findall(sample)), _LATIN.findall(sample.lower())
    if len(_KANA.findall(sample)) > han / 10 + 5:
        return "ja"
    if len(_HANGUL.findall(sample)) > max(han, len(words)) / 2 + 5:
        return "ko"
    # A Chinese character says about as much as half an English word.
    if han >= 4 and han > len(words) / 2:
        return _chinese(sample)
    if len(_CYRILLIC.findall(sample)) > len(words):
        return "ru"
    if len(_ARABIC.findall(sample)) > len(words):
        return "ar"
    return _european(words)


def _chinese(sample: str) -> str:
    """Big5 holds the traditional forms, GB 2312 the simplified ones: count what only one of them can write."""
    only = Counter((_writes(c, "big5"), _writes(c, "gb2312")) for c in _HAN.findall(sample))
    return "zh-Hans" if only[False, True] > only[True, False] else "zh-Hant"


def _writes(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _european(words: list[str]) -> str:
    if len(words) < 3:
        return ""
    counts = Counter(words)
    scores = {language: sum(counts[word] for word in common.split()) for language, common in _COMMON_WORDS.items()}
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] >= len(words) * 0.05 else "en" if all(word.isascii() for word in words) else ""
