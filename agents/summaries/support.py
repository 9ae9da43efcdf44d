"""Whether a sentence that a model wrote is carried by the sentences that it rests on. A small model's inventions
show in numbers, names and a lost or added "not"; the rest shows in how few of its words stand in the source."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from agents.loop.language import HAN
from agents.loop.numbers import chinese_value, meant
from agents.loop.words import overlap
from agents.summaries.lines import bag
from apps.knowledge import lexical

ENOUGH = 0.6  # of what a sentence says must stand in its sources
WITH_MEANING = 0.35  # is enough where the embedding model finds that they mean the same
STRANGE = 7  # characters in a row that are nothing of the source's
COPIED = 0.8  # of a source in the sentence: it is a copy of it
NEAR = 0.9  # cosine, in the same language
NEAR_ACROSS = 0.82  # cosine between languages
Similar = Callable[[str, str], float | None]
_NOT = re.compile(
    r"\b(?:not|no|never|none|cannot|without|neither|nor)\b|n't\b|[不未沒没無无非勿免]|禁止|停止|尚未", re.IGNORECASE
)
_HARMLESS = re.compile(
    r"不(?:鏽|銹|同|僅|仅|斷|断|過|过|但)|無(?:線|塵|菌)|非(?:常)|未來|未来|no\.\s*\d", re.IGNORECASE
)
_SMALL = re.compile(r"(?<![\d.])\d(?![\d.]|,\d)")
_HAN_DIGITS = ("〇零", "一", "二兩两", *"三四五六七八九")
_ENGLISH_DIGITS = (
    *("zero|no", "one|a|an|once|first", "two|twice|second|both", "three|third", "four", "five|fifth"),
    *("six", "seven", "eight", "nine"),
)
_ENGLISH_WORDS = {str(digit): words.partition("|")[0] for digit, words in enumerate(_ENGLISH_DIGITS) if digit > 1}
_COUNTED = re.compile(
    r"(?<![〇零一二兩两三四五六七八九十百千第])[二兩两三四五六七八九](?=[個个項项]?[日天年月週周次人份件台臺位小成倍])"
)
_WORDS = {
    str(digit): re.compile(rf"(?<!\d){digit}(?!\d)|[{han}]|\b(?:{english})\b", re.IGNORECASE)
    for digit, (han, english) in enumerate(zip(_HAN_DIGITS, _ENGLISH_DIGITS, strict=True))
}
_STRETCH = re.compile(f"(?:{HAN.pattern})+")
_FIRST_WORD = re.compile(r"^\W*[A-Z][a-z]*\b(?!-)")
_NAME = re.compile(r"\b[A-Z][A-Za-z0-9]*(?:[-/][A-Za-z0-9]+)*\b")


class Verdict(NamedTuple):
    """What came of looking: `unchecked` where words cannot meet and there is no embedding model. `why` is for the
    record."""

    support: Literal["supported", "unsupported", "unchecked"]
    why: str = ""


def check(sentence: str, sources: Sequence[str], similar: Similar | None = None) -> Verdict:
    """Weighs a sentence against all that it rests on."""
    source = "\n".join(sources)
    if strange := numbers_from_nowhere(sentence, source):
        return Verdict("unsupported", f"numbers: {', '.join(sorted(strange))}")
    if _chinese(sentence) != _chinese(source):
        return _across(sentence, source, sources, similar)
    if strange := names_from_nowhere(sentence, source):
        return Verdict("unsupported", f"names: {', '.join(sorted(strange))}")
    if (length := longest_stretch_from_nowhere(sentence, source)) >= STRANGE:
        return Verdict("unsupported", f"words: {length} characters")
    if _denies_otherwise(sentence, _nearest(sentence, sources)):
        return Verdict("unsupported", "negation")
    said = overlap(set(bag(sentence)), set(bag(source)))
    if said >= ENOUGH:
        return Verdict("supported")
    if said >= WITH_MEANING and similar and (similar(sentence, _nearest(sentence, sources)) or 0.0) >= NEAR:
        return Verdict("supported")
    return Verdict("unsupported", f"overlap: {said:.2f}")


def numbers_from_nowhere(sentence: str, source: str) -> set[str]:
    """Numbers of the sentence that its source has in no form."""
    folded = lexical.fold(source)
    small = {digit for digit in _small(sentence) if not _WORDS[digit].search(folded)}
    return (meant(sentence) - meant(source)) | small


def names_from_nowhere(sentence: str, source: str) -> set[str]:
    """Latin words of the sentence that begin with a capital, its first word apart, and that its source does not have.
    Most of the other words stand there, so that a changed name alone would not show."""
    there = bag(source)
    return {name for name in _NAME.findall(_FIRST_WORD.sub("", sentence)) if not bag(name) <= there}


def longest_stretch_from_nowhere(sentence: str, source: str) -> int:
    """Chinese characters in a row no two neighbours of which are neighbours in the source: a name, often, that stands
    for another one. Chinese has no capitals to tell names by."""
    longest, there = 0, lexical.fold(source)
    for stretch in _STRETCH.findall(lexical.fold(sentence)):
        row = 0
        for pair in pairwise(stretch):
            row = 0 if "".join(pair) in there else row + 1
            longest = max(longest, row + 1 if row else 0)
    return longest


def _small(sentence: str) -> set[str]:
    """The numbers below ten, as digits; those in Chinese only before what is counted, as 七日."""
    counted = {str(chinese_value(found)) for found in _COUNTED.findall(sentence)}
    worded = {digit for digit, word in _ENGLISH_WORDS.items() if re.search(rf"\b{word}\b", sentence, re.IGNORECASE)}
    return {*_SMALL.findall(sentence), *counted, *worded}


def _across(sentence: str, source: str, sources: Sequence[str], similar: Similar | None) -> Verdict:
    """Another language: names in Latin letters that stand in Chinese must stand in the source, and the meaning must be
    near."""
    if strange := {name for name in _NAME.findall(sentence) if _chinese(sentence) and name not in source}:
        return Verdict("unsupported", f"names: {', '.join(sorted(strange))}")
    if _denies(sentence) and not _denies(source):
        return Verdict("unsupported", "negation")
    nearness = similar(sentence, _nearest(sentence, sources)) if similar else None
    if nearness is None:
        return Verdict("unchecked", "another language")
    return Verdict("supported") if nearness >= NEAR_ACROSS else Verdict("unsupported", f"meaning: {nearness:.2f}")


def _nearest(sentence: str, sources: Sequence[str]) -> str:
    """The source that says most of it; all of them where words cannot meet."""
    said = set(bag(sentence))
    best = max(sources, key=lambda each: overlap(said, set(bag(each))), default="")
    return best if overlap(said, set(bag(best))) > 0 else "\n".join(sources)


def _denies(text: str) -> int:
    """How often the text says no."""
    return len(_NOT.findall(_HARMLESS.sub("", text)))


def _denies_otherwise(sentence: str, source: str) -> bool:
    """Whether a "not" was added, all were lost, or one was lost from what is otherwise a copy."""
    said, there = _denies(sentence), _denies(source)
    copied = overlap(set(bag(source)), set(bag(sentence))) >= COPIED
    return said > there or (said < there and (said == 0 or copied))


def _chinese(text: str) -> bool:
    return len(HAN.findall(text)) > len(text) / 10
