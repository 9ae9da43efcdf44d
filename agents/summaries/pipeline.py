"""A summary from its texts to its words: at once where they are short, else part by part and then the whole."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from quarry import runtime

from agents.loop.language import Language, language_of
from agents.models import Step
from agents.summaries import cache, keys, minutes, styles
from agents.summaries.chapters import Chapter, chapters
from agents.summaries.cited import Cited, shown
from agents.summaries.compress import Condensed, condense, in_language
from agents.summaries.lines import Line, Text
from agents.summaries.models import Summary
from agents.summaries.similarity import Similarity
from agents.summaries.writer import Stopped, Writer, identities, identity
from ingestion.chunk import cost

WHOLE_UP_TO = 1_500.0  # estimated tokens: a longer text is read part by part; see docs/summaries.md
KEYS = 12  # sentences of a part, or of the whole, that the model is given
BUDGET = 1_500.0  # estimated tokens of them
LEAST, MOST = 2, 4  # sentences that a part is condensed to


@dataclass(frozen=True)
class Order:
    """How a text is to be summarised."""

    style: str = Summary.Style.EXECUTIVE
    length: str = Summary.Length.MEDIUM
    language: Language = "en"
    method: str = Summary.Method.AUTO

    @property
    def count(self) -> int:
        return styles.COUNTS[self.style][self.length]


@dataclass
class Made:
    """A summary, and how it came about."""

    answer: str
    cited: Cited
    lines: list[Line]
    facts: dict[str, Any] = field(default_factory=dict)


def wanted_language(asked: str, texts: Sequence[Text]) -> Language:
    """The language that was asked for, or that of the texts."""
    if asked != Summary.Language.AUTO:
        return asked  # type: ignore[return-value]
    return language_of("\n".join(text.text[text.start : min(text.stop, text.start + 2_000)] for text in texts[:5]))


class Pipeline:
    """One summary. `pause` is called between parts and may raise; `progress` hears what is done of what."""

    def __init__(
        self,
        texts: Sequence[Text],
        order: Order,
        writer: Writer,
        pause: Callable[[], None],
        progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
    ) -> None:
        self.texts, self.order, self.writer, self.pause, self.progress = texts, order, writer, pause, progress
        self.models = identities(writer.models)
        self.similar = Similarity()
        self.facts: dict[str, Any] = {"language": order.language, "parts": 0, "cached": 0, "kept": 0, "dropped": 0}
        self._asked, self._useful = 0, 0
        self.rows = False  # whether rows of tables are told

    def run(self) -> Made:
        """The summary; raises Stopped, and what `pause` and the runtime raise."""
        self.rows = self._is_table()
        lines = self._whole() if self._at_once() else None
        lines = lines if lines is not None else self._by_parts()
        made = self._written(lines)
        supports = [line.support for line in made.lines]
        made.facts = self.facts | {
            "sentences": {each: supports.count(each) for each in sorted(set(supports))},
            "fallback": self._asked > 0 and self._useful == 0,
        }
        return made

    def _is_table(self) -> bool:
        """Whether there are too few sentences beside the rows of tables, as in a spreadsheet."""
        left = self.order.count
        return not any((left := left - len(lines)) <= 0 for lines in self._sentences())

    def _at_once(self) -> bool:
        if self.order.method != Summary.Method.AUTO:
            return self.order.method == Summary.Method.WHOLE
        return sum(cost(text.text[text.start : text.stop]) for text in self.texts) <= WHOLE_UP_TO

    def _whole(self) -> list[Line] | None:
        """One reading of everything; None where it does not fit into the model's context."""
        lines = list(chain.from_iterable(self._sentences(self.rows)))
        self.progress("whole", 0, 1)
        try:
            found = self._condensed(lines, self.order.count, None, self.texts[0].title)
        except runtime.PromptTooLong:
            return None
        self.facts |= {"method": "whole", "parts": 1}
        return found

    def _by_parts(self) -> list[Line]:
        parts = chapters(self._each())
        each = min(MOST, max(LEAST, -(-self.order.count * 3 // (2 * max(1, len(parts))))))
        each = self.order.count if len(parts) == 1 else each
        made = list[list[Line]]()
        for number, part in enumerate(parts):
            self.progress("parts", number, len(parts) + 1)
            if lines := keys.candidates(self.texts, part, self.rows):
                made.append(self._condensed(lines, each, KEYS, part.title or self.texts[part.text].title))
        self.facts |= {"method": "parts", "parts": len(parts)}
        self.progress("whole", len(parts), len(parts) + 1)
        return self._joined(made)

    def _joined(self, made: list[list[Line]]) -> list[Line]:
        """The whole out of its parts: neighbours are joined and condensed until few enough are left."""
        while len(made) > 1 and sum(map(len, made)) > 2 * KEYS:
            groups = list(_groups(made))
            if len(groups) == len(made):
                break
            made = [self._condensed(group, MOST, KEYS, "") for group in groups]
        return self._condensed(list(chain.from_iterable(made)), self.order.count, 2 * KEYS, "")

    def _each(self) -> Iterator[Text]:
        """The texts in turn, as long as nobody stops it."""
        for text in self.texts:
            self._listen()
            yield text

    def _listen(self) -> None:
        """Stops where no model is asked, which would hear of it. No place to pause: what was done is not kept here."""
        if self.writer.cancelled():
            raise Stopped

    def _sentences(self, rows: bool = False) -> Iterator[list[Line]]:
        for place, text in enumerate(self._each()):
            yield keys.candidates(self.texts, Chapter(place, "", text.start, text.stop), rows)

    def _condensed(self, lines: list[Line], want: int, most: int | None, title: str) -> list[Line]:
        """The lines in few, from what is kept if it was done before and nothing in it is still to be checked."""
        content, style, language = cache.digest(lines, want, most), self.order.style, self.order.language
        kept = cache.find(content, style, language, self.models, lines)
        if kept is not None and not self._can_be_checked(kept):
            self._listen()
            self.facts["cached"] += 1
            self._asked, self._useful = self._asked + 1, self._useful + any(k.support != "extracted" for k in kept)
            return kept
        made = self._ask(lines, want, most, title)
        cache.keep(content, style, language, identity(made.written.model) if made.written else cache.NOBODY, made)
        self.pause()
        return made.lines

    def _can_be_checked(self, kept: Sequence[Line]) -> bool:
        """Whether a sentence is among them that could not be checked when it was written, for want of the embedding
        model, and can be now."""
        return any(line.support == "unchecked" and self.similar(line.text, line.text) is not None for line in kept)

    def _ask(self, lines: list[Line], want: int, most: int | None, title: str) -> Condensed:
        places = keys.choose(lines, most, BUDGET) if most else list(range(len(lines)))
        given = [lines[place] for place in places]
        with self._step(given, want) as result:
            made = condense(given, want, self.order.language, self.writer, title, self.similar)
            result |= {"sentences": len(made.lines), "dropped": Counter(made.dropped), "fallback": made.fallback}
            result |= {"usage": made.written.usage, "reason": made.written.reason} if made.written else {}
        made.places = [[places[place] for place in each] for each in made.places]
        self.facts["kept"] += made.kept
        self.facts["dropped"] += len(made.dropped)
        if made.written:
            self._asked, self._useful = self._asked + 1, self._useful + (not made.fallback)
        return made

    @contextmanager
    def _step(self, given: Sequence[Line], want: int) -> Iterator[dict[str, Any]]:
        """Of a run, a step; its documents are named so that they are withheld from who may not know of them."""
        result: dict[str, Any] = {}
        if self.writer.recorder is None:
            yield result
            return
        texts = [self.texts[place] for place in dict.fromkeys(o.text for line in given for o in line.origins)]
        documents = [{"document_id": text.document, "title": text.title} for text in texts if text.document]
        arguments = {"given": len(given), "wanted": want} | ({"documents": documents} if documents else {})
        with self.writer.recorder.step(Step.Kind.GENERATE, "summarise", arguments) as step:
            yield result
            step.result = result

    def _written(self, lines: list[Line]) -> Made:
        cited = Cited(self.texts, self.order.language)
        match self.order.style:
            case Summary.Style.MINUTES:
                answer, used = self._minutes(lines, cited)
            case Summary.Style.OFFICIAL:
                answer, used = self._official(lines, cited)
            case Summary.Style.BULLETS:
                answer, used = styles.bullets([cited.mark(line) for line in lines]), lines
            case _:
                answer, used = styles.sentences_of([cited.mark(line) for line in lines], self.order.language), lines
        return Made(answer, cited, used)

    def _minutes(self, lines: list[Line], cited: Cited) -> tuple[str, list[Line]]:
        every = list(chain.from_iterable(self._sentences(rows=True)))
        most = styles.LISTED[self.order.length]
        decided = self._translated(minutes.decisions(every, most))
        tasks = minutes.tasks(every, most)
        marked = [cited.mark(line) for line in lines], [cited.mark(line) for line in decided]
        named = [(shown(task.owner, cited.language), shown(task.due, cited.language)) for task in tasks]
        actions = [styles.Action(cited.mark(task.line), *each) for task, each in zip(tasks, named, strict=True)]
        answer = styles.minutes(*marked, actions, self.order.language)
        return answer, [*lines, *decided, *(task.line for task in tasks)]

    def _official(self, lines: list[Line], cited: Cited) -> tuple[str, list[Line]]:
        """The sentence that says most is the subject; what somebody must do stands last, and only there."""
        duties = minutes.measures(list(chain.from_iterable(self._sentences())))
        best = sorted(keys.choose(duties, styles.LISTED[self.order.length] // 2))
        done = self._translated(minutes.distinct([duties[place] for place in best]))
        told = [line for line in lines if not any(keys.same(line.text, other.text) for other in done)] or lines
        if not told and not done:
            return "", []
        value = keys.scores(told)
        subject = told[max(range(len(told)), key=lambda place: value[place])] if told else None
        rest = [line for line in told if line is not subject]
        marked = [[cited.mark(line) for line in group] for group in ([subject] if subject else [], rest, done)]
        answer = styles.official("".join(marked[0]), marked[1], marked[2], self.order.language)
        return answer, [*([subject] if subject else []), *rest, *done]

    def _translated(self, lines: list[Line]) -> list[Line]:
        """Sentences that are quoted, in the language that was asked for."""
        if not lines or all(in_language(line.text, self.order.language) for line in lines):
            return lines
        try:
            return self._condensed(lines, len(lines), None, "")
        except runtime.PromptTooLong:
            return lines


def _groups(made: Sequence[list[Line]]) -> Iterator[list[Line]]:
    """Neighbouring parts together, of one text if they are many."""
    group = list[Line]()
    for lines in made:
        elsewhere = group and lines and group[-1].origins[0].text != lines[0].origins[0].text
        if group and (len(group) + len(lines) > KEYS or (elsewhere and len(group) >= KEYS // 2)):
            yield group
            group = []
        group = [*group, *lines]
    if group:
        yield group
