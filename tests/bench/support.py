"""How often the check of summaries is right: which real sentences about a text it keeps, and which false ones it
drops.

    python -m tests.bench.support [--sample 150] [--examples 2]

The texts are passages of MTRAG (English) and paragraphs of DRCD (Traditional Chinese); where they lie says
QUARRY_BENCH_DATA (see corpora.py). Real are: sentences with a clause left out; what the annotators of MTRAG
answered from the passage, in their own words; what those of DRCD asked, with their answer in the place of the
question word. False are the same sentences with one thing changed, and sentences about other texts. Each goes
through what a model's sentence goes through (`compress.held_to`), the search for its sources included.

A sentence that is kept counts as one that the check calls supported: precision is the share of real ones among
those, with as many real as false ones; recall the share of the real ones that are kept.
"""

import argparse
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from tests.bench import corpora
from tests.bench.setup import django_with_services
from tests.bench.tables import table

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?: [A-Z][a-z]+)*")
_NUMBER = re.compile(r"(?<![\d.,])\d{2,}(?![\d.,])")
_VERB = re.compile(r"\b(?:is|are|was|were|can|will|may|must|should)\b(?! not)")
_CHINESE_VERB = re.compile(r"(?<![不沒])(?:可以|能夠|會|是)(?!否|不)")
_CLAUSE = re.compile(r"[^,，]+[,，]\s*")
_QUESTION_WORD = re.compile(r"什麼時候|什麼|誰|哪裡|何時|何地|何處|哪一年|多少")
_TALK = re.compile(r"^(?:I|I'm|Sorry|Yes|No|You|Sure|Hello|Thank)\b")


class Changing(NamedTuple):
    """How sentences of a language are made false."""

    verb: re.Pattern[str]  # beside which a "not" is put
    denied: str
    names: Sequence[str]
    chosen: random.Random


class Case(NamedTuple):
    """A sentence about passages, and whether it is true of them."""

    kind: str
    real: bool
    sentence: str
    passages: Sequence[str]


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.support", description=__doc__)
    parser.add_argument("--sample", type=int, default=150, help="sentences of each kind at most")
    parser.add_argument("--examples", type=int, default=0, help="wrongly judged sentences of each kind that are shown")
    chosen = parser.parse_args(arguments)
    if not corpora.folder().is_dir():
        print(f"There are no texts in {corpora.folder()}: QUARRY_BENCH_DATA names their folder.")
        return
    with django_with_services():
        for language, cases in (("en", english()), ("zh-Hant", chinese())):
            _measured(language, _sampled(cases, chosen.sample), chosen.examples)


def _measured(language: str, cases: Iterable[Case], examples: int) -> None:
    kept: dict[tuple[str, bool], list[bool]] = defaultdict(list)
    shown: dict[str, int] = defaultdict(int)
    for case in cases:
        verdict = _kept(case, language)
        kept[case.kind, case.real].append(verdict)
        if verdict != case.real and shown[case.kind] < examples:
            shown[case.kind] += 1
            print(f"{'dropped' if case.real else 'kept'}, {case.kind}: {case.sentence}\n")
    rows = [
        ["real" if real else "false", kind, str(len(all_)), f"{sum(all_)}", f"{sum(all_) / len(all_):.2f}"]
        for (kind, real), all_ in sorted(kept.items(), key=lambda item: (not item[0][1], item[0][0]))
    ]
    print(table([language, "kind", "sentences", "kept", "share"], rows))
    recall, wrong = (_share(each for (_, is_real), each in kept.items() if is_real == real) for real in (True, False))
    print(f"precision {recall / (recall + wrong):.2f}, recall {recall:.2f}\n", flush=True)


def _share(verdicts: Iterable[list[bool]]) -> float:
    every = [verdict for each in verdicts for verdict in each]
    return sum(every) / len(every)


def _kept(case: Case, language: Any) -> bool:
    """Whether it would reach somebody if a model had written it."""
    from quarry import runtime

    from agents.summaries import compress, keys
    from agents.summaries.chapters import Chapter
    from agents.summaries.lines import Text
    from agents.summaries.similarity import Similarity
    from agents.summaries.writer import Written

    texts = [Text("", passage) for passage in case.passages]
    lines = [
        line
        for place, text in enumerate(texts)
        for line in keys.candidates(texts, Chapter(place, "", 0, len(text.text)))
    ]
    written = Written(case.sentence, "stop", runtime.ModelInfo("annotators", "", 0), {})
    made = compress.held_to(lines, 1, language, compress.Condensed(written=written), Similarity())
    return made.kept > 0


def _sampled(cases: Iterable[Case], most: int) -> Iterator[Case]:
    """Some of each kind, always the same."""
    kinds: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        kinds[case.kind].append(case)
    for kind, found in kinds.items():
        yield from random.Random(kind).sample(found, min(most, len(found)))


def english() -> Iterator[Case]:
    references = corpora.references()
    names = sorted({name for passages, _ in references for text in passages for name in _NAME.findall(text)})
    how = Changing(_VERB, r"\g<0> not", names, random.Random(1))
    for place, (passages, answer) in enumerate(references):
        elsewhere = references[(place + len(references) // 2) % len(references)][0]
        for sentence in _sentences(answer):
            if not _TALK.match(sentence):
                yield Case("annotator's words", True, sentence, passages)
                yield Case("about another text", False, sentence, elsewhere)
                yield from _changed(sentence, passages, how)
        for sentence in _sentences(passages[0]):
            yield from _shortened(sentence, passages)
            yield from _changed(sentence, passages, how)


def chinese() -> Iterator[Case]:
    how = Changing(_CHINESE_VERB, r"不\g<0>", (), random.Random(1))
    paragraphs = corpora.paragraphs()
    answers = [answer for _, asked in paragraphs for _, answer in asked if not _NUMBER.search(answer)]
    for place, (text, asked) in enumerate(paragraphs):
        elsewhere = paragraphs[(place + len(paragraphs) // 2) % len(paragraphs)][0]
        for sentence in _sentences(text):
            yield from _shortened(sentence, [text])
            yield from _changed(sentence, [text], how)
        for question, answer in asked:
            if len(_QUESTION_WORD.findall(question)) != 1:
                continue
            statement = _QUESTION_WORD.sub("{}", question).rstrip("？?") + "。"
            yield Case("annotator's words", True, statement.format(answer), [text])
            yield Case("about another text", False, statement.format(answer), [elsewhere])
            like = [each for each in answers if len(each) == len(answer) and each not in text]
            if like and not _NUMBER.search(answer):
                yield Case("another name", False, statement.format(how.chosen.choice(like)), [text])


def _sentences(text: str) -> list[str]:
    """Those that are long enough to say something."""
    from agents.loop.sentences import sentences

    found = [span.of(text) for span in sentences(text)]
    return [each for each in found if 40 <= len(each) <= 300 or (len(each) >= 20 and each.endswith("。"))]


def _shortened(sentence: str, passages: Sequence[str]) -> Iterator[Case]:
    clauses = _CLAUSE.findall(sentence)
    if len(clauses) > 1:
        yield Case("a clause left out", True, sentence.replace(clauses[1], "", 1), passages)


def _changed(sentence: str, passages: Sequence[str], how: Changing) -> Iterator[Case]:
    """The sentence with another number, a "not", or the name of something that the passages do not speak of."""
    whole = "\n".join(passages)
    if found := _NUMBER.search(sentence):
        other = str(how.chosen.randrange(10 ** (len(found[0]) - 1), 10 ** len(found[0])))
        if other not in whole:
            yield Case("another number", False, sentence.replace(found[0], other), passages)
    if how.verb.search(sentence):
        yield Case("a not added", False, how.verb.sub(how.denied, sentence, count=1), passages)
    if how.names and (found := _NAME.search(sentence)) and (name := how.chosen.choice(how.names)) not in whole:
        yield Case("another name", False, sentence.replace(found[0], name), passages)


if __name__ == "__main__":
    main(sys.argv[1:])
