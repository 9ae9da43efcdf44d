"""The sentences of a text that say most of it. They are what a small model is given to condense, and what stands in for
it where it writes nothing of use."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from agents.loop.language import HAN
from agents.loop.sentences import sentences
from agents.loop.words import overlap
from agents.summaries.chapters import Chapter
from agents.summaries.lines import Line, Origin, Text, bag
from ingestion.chunk import cost

DECISION = re.compile(
    r"決議|決定|核准|同意|通過|裁示|决议|决定|核准|\b(?:decided|agreed|resolved|approved|decision)\b", re.IGNORECASE
)
DUTY = re.compile(
    "應(?:於|由|依|在|先|將|每|以|經|填|提|立即|自|事先|檢附|備|注意|主動|儘)|须|須|必須|不得|請[於各將]|惠請|请|务必|"
    r"\b(?:must|shall|should|required to|please|need to)\b",
    re.IGNORECASE,
)
ROW = re.compile(r"^[^:：]{1,40}: .+; [^:：]{1,40}: |\|.*\|")
_DIGIT = re.compile(r"\d")
_CONTENTS = re.compile(r"\.{4,}|…{2,}|\s\d{1,3}$")
_BULLET = re.compile(r"[-*•‧・●○]\s+")
_ENDED = re.compile(r"""[。！？.!?;；][”’」』)）"']*$""")
LEAST_LETTERS, LEAST_HAN = 24, 8
LONGEST = 700  # characters of a sentence; what is longer is a table or a list that was run together
ALONE = 0.3  # what a word counts that stands in one sentence only
ALIKE = 0.7  # of a sentence's words in another: it says nothing new


def candidates(texts: Sequence[Text], chapter: Chapter, rows: bool = False) -> list[Line]:
    """The sentences of a chapter that can stand in a summary: no headings, no quoted mail, no crumbs; rows of tables
    only where they are wanted."""
    text = texts[chapter.text]
    stretch = text.text[chapter.start : chapter.end]
    headings = {(start, end) for _, start, end, _ in text.headings}
    found = []
    for span in sentences(stretch):
        sentence, start = span.of(stretch), chapter.start + span.start
        if bullet := _BULLET.match(sentence):
            sentence, start = sentence[bullet.end() :], start + bullet.end()
        if (start, start + len(sentence)) in headings or not _tells(sentence, rows):
            continue
        found.append(Line(sentence, (Origin(chapter.text, start, start + len(sentence)),)))
    return found


def _tells(sentence: str, rows: bool) -> bool:
    if sentence.startswith(">") or len(sentence) > LONGEST:
        return False
    if ROW.search(sentence):
        return rows
    if _CONTENTS.search(sentence):
        return False
    if len(HAN.findall(sentence)) >= LEAST_HAN:
        return True
    return len(sentence) >= LEAST_LETTERS and len(sentence.split()) > 3


def choose(lines: Sequence[Line], most: int, budget: float = math.inf) -> list[int]:
    """The places of the sentences that say most together, in their order: so many, and within so many tokens."""
    value, chosen = scores(lines), list[int]()
    left = set(range(len(lines)))
    while left and len(chosen) < most:
        best = max(left, key=lambda place: value[place] - _said_already(lines, place, chosen))
        left.remove(best)
        if (size := cost(lines[best].text)) <= budget:
            budget -= size
            chosen.append(best)
    return sorted(chosen)


def scores(lines: Sequence[Line]) -> list[float]:
    """How much each sentence says of the whole: words in common with the others, weighed by how rare they are; where
    it stands; whether it names numbers, decides or obliges."""
    bags = [bag(line.text) for line in lines]
    spread = Counter(word for words in bags for word in words)
    rare = {word: math.log(1 + len(lines) / count) for word, count in spread.items()}
    whole = {word: (count - 1 + ALONE) * rare[word] for word, count in spread.items()}
    central = [sum(rare[word] * whole[word] for word in words) / _norm(words, rare) for words in bags]
    top = max(central, default=0.0) or 1.0
    return [
        share / top + 0.4 / math.sqrt(1 + place) + _cues(line.text)
        for place, (share, line) in enumerate(zip(central, lines, strict=True))
    ]


def same(one: str, other: str) -> bool:
    """Whether the shorter of two sentences says nothing that the longer one does not."""
    a, b = sorted((set(bag(one)), set(bag(other))), key=len)
    return overlap(a, b) >= ALIKE if a else one == other


def _norm(words: frozenset[str], rare: dict[str, float]) -> float:
    return math.sqrt(sum(rare[word] ** 2 for word in words)) or 1.0


def _cues(text: str) -> float:
    whole = bool(_ENDED.search(text))
    cues = (
        0.2 * whole
        + 0.15 * bool(_DIGIT.search(text))
        + 0.2 * bool(DECISION.search(text))
        + 0.1 * bool(DUTY.search(text))
    )
    return cues - 0.3 * text.endswith(("?", "？")) - 0.2 * (len(text) > LONGEST / 2)


def _said_already(lines: Sequence[Line], place: int, chosen: Sequence[int]) -> float:
    """What a sentence loses because of those that are chosen: all, where it says the same."""
    said = set(bag(lines[place].text))
    most = max((overlap(said, set(bag(lines[other].text))) for other in chosen), default=0.0)
    return most / 2 if most < ALIKE else 2.0


def marked(lines: Sequence[Line], cue: re.Pattern[str]) -> Iterator[int]:
    """The places of sentences with such words."""
    return (place for place, line in enumerate(lines) if cue.search(line.text))
