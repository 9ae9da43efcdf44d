"""Carrying a summary out as a run: stretch by stretch, so that questions in between do not wait for it."""

import time
from collections.abc import Callable
from typing import Any

from quarry import runtime

from agents import kinds, queue
from agents.loop.language import Language
from agents.loop.outcome import Counts, Outcome, TimeLimit, total
from agents.models import Run, Step
from agents.recorder import Recorder
from agents.summaries import sources
from agents.summaries.models import Summary
from agents.summaries.pipeline import Made, Order, Pipeline, wanted_language
from agents.summaries.writer import Stopped, Writer

TIME_LIMIT = 1_800.0  # seconds for one stretch; the whole may take as many stretches as it needs
STRETCH = 10.0  # seconds after which others go first
LONGEST = 600.0  # seconds after which the run goes through the queue again although nobody waits
NOTHING: dict[Language, str] = {
    "en": "There is nothing here that could be summarised, or you may not read it any more.",
    "zh-Hant": "這裡沒有可以摘要的內容，或您已無權閱讀。",
    "zh-Hans": "这里没有可以摘要的内容，或您已无权阅读。",
}


class Stretch:
    """The time that a long run has at once. Calling it between two parts raises when it is over."""

    def __init__(self, cancelled: Callable[[], bool]) -> None:
        self._cancelled, self._begun = cancelled, time.monotonic()

    def __call__(self) -> None:
        if self._cancelled():
            raise Stopped
        worked = time.monotonic() - self._begun
        if worked > LONGEST or (worked > STRETCH and queue.is_wanted()):
            raise kinds.Later


class Summarising:
    """One stretch of work on a summary. What earlier ones have written is kept by content, and found again."""

    def __init__(self, run: Run, recorder: Recorder, cancelled: Callable[[], bool], deadline: float) -> None:
        self.run, self.recorder, self.cancelled, self.deadline = run, recorder, cancelled, deadline

    def answer(self) -> Outcome:
        """Carries it out; raises Later where it goes on later."""
        summary = Summary.objects.get(run=self.run)
        texts = sources.texts(self.run.person, summary)
        language = wanted_language(summary.language, texts)
        if not any(text.text[text.start : text.stop].strip() for text in texts):
            return self._say(NOTHING[language])
        order = Order(summary.style, summary.length, language, summary.method)
        writer = Writer(self.cancelled, self.recorder, self.run.input.get("models"))
        try:
            made = Pipeline(texts, order, writer, Stretch(self.cancelled), self._progress).run()
        except Stopped:
            return self._stopped()
        except runtime.EngineBusy as busy:
            raise kinds.Later(min(busy.retry_after, 5.0)) from busy
        return self._finished(summary, made, writer)

    def _progress(self, stage: str, done: int, total: int) -> None:
        self.recorder.publish("progress", {"stage": stage, "done": done, "total": total})

    def _say(self, text: str) -> Outcome:
        self.recorder.token(text)
        return Outcome(text, declined=True)

    def _stopped(self) -> Outcome:
        if time.monotonic() > self.deadline:
            raise TimeLimit
        return Outcome("", cancelled=True, usage=usage_of(self.run))

    def _finished(self, summary: Summary, made: Made, writer: Writer) -> Outcome:
        """The answer is told with the run's end alone: what stands in a stream as tokens cannot be withheld later."""
        if not made.answer.strip():
            return self._say(NOTHING[wanted_language(summary.language, made.cited.texts)])
        Summary.objects.filter(pk=summary.pk).update(facts=made.facts)
        citations = made.cited.citations()
        for citation in citations:
            self.recorder.publish("citation", citation)
        return Outcome(made.answer, citations, made.cited.found, usage_of(self.run), writer.model)


def usage_of(run: Run) -> Counts:
    """What all stretches took, as the steps have noted it."""
    results: list[dict[str, Any] | None] = list(Step.objects.filter(run=run).values_list("result", flat=True))
    return total((result or {}).get("usage") or {} for result in results)
